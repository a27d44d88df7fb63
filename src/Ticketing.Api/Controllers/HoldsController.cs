using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Application.Bookings.HoldTickets;

namespace Ticketing.Api.Controllers;

/// <summary>Holding tickets until they are paid for.</summary>
[ApiController]
[Tags("Holds")]
[OnlyFor(Callers.Ordering)]
public sealed class HoldsController(IMediator mediator) : ControllerBase
{
    /// <summary>Holds tickets for a limited time.</summary>
    /// <remarks>
    /// Takes all tickets of the order out of the stock, or none, until the hold is confirmed, released, or expires. With an <c>Idempotency-Key</c> you can repeat
    /// the request safely: a repetition returns the first hold, as it is now, with the header <c>Idempotent-Replayed: true</c>.
    /// </remarks>
    /// <param name="order">The order.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The key has held these tickets before; this is that hold as it is now. It may have ended.</response>
    /// <response code="201">The tickets are held. <c>Location</c> is the address of the hold.</response>
    /// <response code="400">
    /// <c>sold_out</c>: no ticket is left; <c>held_tickets</c> are held for others, and may come back. <c>not_enough_tickets</c>: fewer are left than ordered;
    /// <c>available_tickets</c> has the number. <c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.
    /// </response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409">
    /// <c>not_on_sale</c>: the sale starts at <c>sale_starts_at</c>. <c>paused</c>, <c>sale_ended</c>: tickets are not sold now, or not any more.
    /// <c>limit_reached</c>: the user can order <c>remaining_for_user</c> more tickets. <c>hold_limit_reached</c>: the event lets tickets be held for
    /// <c>max_hold_seconds</c>. <c>upgrade_in_progress</c>: servers of the previous version may still run.
    /// </response>
    /// <response code="422"><c>idempotency_key_reused</c>: the key belongs to another order.</response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the same tickets; nothing was held. <c>database_unavailable</c>: the database is unavailable.
    /// <c>outcome_unknown</c>: the connection was lost during the commit. <c>strategy_unavailable</c>: this server cannot sell the event. Try again after <c>Retry-After</c> seconds, with the same key.
    /// </response>
    [HttpPost("/holds", Name = "holdTickets")]
    [NeedsDatabase]
    [ProducesResponseType<HoldResponse>(200)]
    [ProducesResponseType<HoldResponse>(201)]
    [ProducesProblem(400, 404, 409, 413, 415, 422, 503)]
    public async Task<IActionResult> Hold([FromBody] HoldTicketsCommand order, CancellationToken cancellationToken)
    {
        var caller = this.Caller();
        return this.RefuseOtherUser(caller, order.UserId) ?? await mediator.Send(order.By(caller), cancellationToken) switch
        {
            BookingOutcome.Held held => this.Held(held.Hold, held.Replayed, held.Replayed ? StatusCodes.Status200OK : StatusCodes.Status201Created),
            var refused => this.Refused(refused),
        };
    }

    /// <summary>Confirms a hold: its tickets are sold.</summary>
    /// <param name="id">The hold.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The tickets are booked. If they were so already, the header <c>Idempotent-Replayed</c> is <c>true</c>.</response>
    /// <response code="404"><c>hold_not_found</c>: the hold does not exist.</response>
    /// <response code="409">
    /// <c>hold_expired</c>: its time is over. <c>hold_released</c>: it was given back. <c>booking_cancelled</c>: it was confirmed, and cancelled since.
    /// <c>upgrade_in_progress</c>: servers of the previous version may still run.
    /// </response>
    /// <response code="503">
    /// <c>busy</c>: too many requests for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. <c>outcome_unknown</c>: the
    /// connection was lost during the commit. It is safe to send the request again.
    /// </response>
    [HttpPost("/holds/{id:long}/confirm", Name = "confirmHold")]
    [NeedsDatabase]
    [ProducesResponseType<BookTicketResponse>(200)]
    [ProducesProblem(400, 404, 409, 503)]
    public async Task<IActionResult> Confirm([FromRoute] long id, CancellationToken cancellationToken) =>
        await mediator.Send(new ChangeBookingCommand(id, BookingOperation.Confirm) { Caller = this.Caller() }, cancellationToken) switch
        {
            BookingOutcome.Changed { Booking: var booking } changed =>
                this.Confirmed(booking.BookingId, booking.EventId, booking.UserId, booking.Quantity, changed.Replayed),
            var refused => this.Refused(refused, BookingOperation.Confirm),
        };

    /// <summary>Releases a hold: its tickets are for sale again.</summary>
    /// <param name="id">The hold.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The tickets are not held any more. <c>returned</c> is 0 if they were not held before.</response>
    /// <response code="404"><c>hold_not_found</c>: the hold does not exist.</response>
    /// <response code="409">
    /// <c>hold_confirmed</c>: its tickets are sold. <c>booking_cancelled</c>: it was confirmed, and cancelled since. <c>upgrade_in_progress</c>: servers of the previous
    /// version may still run.
    /// </response>
    /// <response code="503">
    /// <c>busy</c>: too many requests for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. <c>outcome_unknown</c>: the
    /// connection was lost during the commit. It is safe to send the request again.
    /// </response>
    [HttpPost("/holds/{id:long}/release", Name = "releaseHold")]
    [NeedsDatabase]
    [ProducesResponseType<ReturnedResponse>(200)]
    [ProducesProblem(400, 404, 409, 503)]
    public async Task<IActionResult> Release([FromRoute] long id, CancellationToken cancellationToken) =>
        this.Returned(await mediator.Send(new ChangeBookingCommand(id, BookingOperation.Release) { Caller = this.Caller() }, cancellationToken), BookingOperation.Release);

    /// <summary>Extends a hold.</summary>
    /// <remarks>The hold expires <c>hold_seconds</c> from now, unless it would last longer anyway.</remarks>
    /// <param name="id">The hold.</param>
    /// <param name="request">For how long.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The hold as it is now.</response>
    /// <response code="400"><c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.</response>
    /// <response code="404"><c>hold_not_found</c>: the hold does not exist.</response>
    /// <response code="409">
    /// <c>hold_expired</c>: its time is over. <c>hold_released</c>: it was given back. <c>hold_confirmed</c>, <c>booking_cancelled</c>: its tickets are not held any more.
    /// <c>hold_limit_reached</c>: the event lets tickets be held for <c>max_hold_seconds</c>. <c>paused</c>, <c>sale_ended</c>, <c>not_on_sale</c>: the event is not on sale.
    /// <c>upgrade_in_progress</c>: servers of the previous version may still run.
    /// </response>
    /// <response code="503">
    /// <c>busy</c>: too many requests for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. <c>outcome_unknown</c>: the
    /// connection was lost during the commit. It is safe to send the request again.
    /// </response>
    [HttpPost("/holds/{id:long}/extend", Name = "extendHold")]
    [NeedsDatabase]
    [ProducesResponseType<HoldResponse>(200)]
    [ProducesProblem(400, 404, 409, 413, 415, 503)]
    public async Task<IActionResult> Extend([FromRoute] long id, [FromBody] ExtendHoldRequest request, CancellationToken cancellationToken) =>
        await mediator.Send(new ChangeBookingCommand(id, BookingOperation.Extend, request.HoldSeconds) { Caller = this.Caller() }, cancellationToken) switch
        {
            BookingOutcome.Changed changed => this.Held(changed.Booking, isReplayed: false, StatusCodes.Status200OK),
            var refused => this.Refused(refused, BookingOperation.Extend),
        };
}
