using MediatR;

namespace Ticketing.Application.Telemetry;

/// <summary>Adds each command and query to the trace of its request. Registered only if traces are exported.</summary>
/// <typeparam name="TRequest">The command or query.</typeparam>
/// <typeparam name="TResponse">Its result.</typeparam>
public sealed class TracedRequests<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
{
    /// <inheritdoc/>
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        using var activity = TicketingTracing.Start(typeof(TRequest).Name);
        return await next();
    }
}
