using MediatR;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Application.Events.ListEvents;

/// <summary>Events with the state of their sale, newest first.</summary>
public sealed record ListEventsQuery : PagedQuery, IRequest<PagedResult<EventStatus>>;
