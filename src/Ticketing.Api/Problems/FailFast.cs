using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.Api.Problems;

/// <summary>Marks an action that is refused at once while the database's circuit breaker is open.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDatabaseAttribute : Attribute;

/// <summary>Answers for actions that need the database while its circuit breaker is open.</summary>
/// <remarks>A middleware and not a filter of MVC, because every filter costs each order a little and this one is seldom needed.</remarks>
internal static class FailFast
{
    public static void UseFailFast(this WebApplication app)
    {
        var breaker = app.Services.GetRequiredService<DatabaseCircuitBreaker>();
        app.Use((context, next) => breaker.IsOpen && context.GetEndpoint()?.Metadata.GetMetadata<NeedsDatabaseAttribute>() is not null
            ? ProblemWriter.WriteAsync(context, ProblemKind.DatabaseUnavailable)
            : next(context));
    }
}
