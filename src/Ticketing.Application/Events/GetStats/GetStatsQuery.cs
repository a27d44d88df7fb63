using MediatR;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.GetStats;

/// <summary>Totals over all events.</summary>
public sealed record GetStatsQuery : IRequest<SalesStats>;

internal sealed class GetStatsHandler(ISalesReader sales) : IRequestHandler<GetStatsQuery, SalesStats>
{
    public Task<SalesStats> Handle(GetStatsQuery request, CancellationToken cancellationToken) =>
        sales.ReadStatsAsync(cancellationToken);
}
