using Ticketing.Api.Controllers;
using Ticketing.Api.Problems;
using Ticketing.Infrastructure.Persistence;

namespace Ticketing.Api.Hosting;

/// <summary>Says at once that the database is gone while it is known to be, rather than have everybody wait for it.</summary>
/// <remarks>No filter of MVC: each makes a request's way longer by a task or two, and this one is for the rarest of days.</remarks>
internal static class DatabaseGuard
{
    public static void UseDatabaseGuard(this WebApplication app)
    {
        var database = app.Services.GetRequiredService<DatabaseHealth>();
        app.Use((context, next) => database.IsGone && context.GetEndpoint()?.Metadata.GetMetadata<NeedsDatabaseAttribute>() is not null
            ? ProblemWriter.WriteAsync(context, ProblemKind.DatabaseUnavailable)
            : next(context));
    }
}
