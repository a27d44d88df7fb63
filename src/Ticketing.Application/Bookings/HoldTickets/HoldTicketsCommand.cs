using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Common;
using Ticketing.Application.Events;

namespace Ticketing.Application.Bookings.HoldTickets;

/// <summary>An order that takes tickets out of the stock for a limited time.</summary>
/// <param name="UserId" example="42">The user who orders, 1 to 2,147,483,647.</param>
/// <param name="EventId" example="1">The event, 1 to 2,147,483,647.</param>
/// <param name="Quantity" example="2">Number of tickets, 1 to 10. All are held, or none.</param>
/// <param name="HoldSeconds" example="300">For how long, in seconds, 1 to 86,400, and not longer than the event allows; without it, as long as the event says.</param>
public sealed record HoldTicketsCommand(
    [property: Required] int UserId,
    [property: Required] int EventId,
    int Quantity = 1,
    int? HoldSeconds = null) : IRequest<BookingOutcome>, IOrder
{
    /// <inheritdoc />
    [JsonIgnore]
    public string? IdempotencyKey { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public string? CreatedBy { get; init; }

    /// <summary>This order, as that caller's.</summary>
    public HoldTicketsCommand By(Caller? caller) => caller is null ? this : this with { CreatedBy = caller.Id, IdempotencyKey = caller.KeyOf(IdempotencyKey) };
}

internal sealed class HoldTicketsValidator : OrderValidator<HoldTicketsCommand>
{
    public HoldTicketsValidator() => RuleFor(order => order.HoldSeconds).IsBetween(1, EventFacts.LongestHoldSeconds);
}

/// <summary>Orders as everybody does, once it is known how long the event lets tickets be held.</summary>
internal sealed class HoldTicketsHandler(IEventRepository events, IRequestHandler<BookTicketCommand, BookingOutcome> orders)
    : IRequestHandler<HoldTicketsCommand, BookingOutcome>
{
    public async Task<BookingOutcome> Handle(HoldTicketsCommand request, CancellationToken cancellationToken)
    {
        if (await events.FindAsync(request.EventId, cancellationToken) is not { } @event)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        var seconds = request.HoldSeconds ?? @event.HoldSeconds;
        return seconds > @event.MaxHoldSeconds
            ? new BookingOutcome.HoldLimitReached(@event.MaxHoldSeconds)
            : await orders.Handle(
                new BookTicketCommand(request.UserId, request.EventId, request.Quantity) { IdempotencyKey = request.IdempotencyKey, CreatedBy = request.CreatedBy, HoldSeconds = seconds },
                cancellationToken);
    }
}
