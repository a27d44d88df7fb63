using MediatR;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.GetStats;

/// <summary>Totals over all events.</summary>
public sealed record GetStatsQuery : IRequest<SalesStats>;
