using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Access;
using Ticketing.Api.Problems;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Application.Bookings.GetBooking;
using Ticketing.Application.Bookings.GetHistory;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>Booking tickets, cancelling, and listing bookings.</summary>
[ApiController]
[Tags("Bookings")]
public sealed class BookingsController(IMediator mediator) : ControllerBase
{
    /// <summary>Books tickets.</summary>
    /// <remarks>
    /// Books all tickets of the order, or none. The response is 200 only after the booking is durable in the database.
    /// With an <c>Idempotency-Key</c> you can repeat the request safely: the key books once, and a repetition returns the first booking with
    /// the header <c>Idempotent-Replayed: true</c>. A response that booked nothing leaves the key unused.
    /// </remarks>
    /// <param name="order">The order.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The tickets are booked.</response>
    /// <response code="400">
    /// <c>sold_out</c>: no ticket is left; <c>held_tickets</c> are held for others, and may come back. <c>not_enough_tickets</c>: fewer are left than ordered;
    /// <c>available_tickets</c> has the number. <c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.
    /// </response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409">
    /// <c>not_on_sale</c>: the sale starts at <c>sale_starts_at</c>. <c>paused</c>, <c>sale_ended</c>: tickets are not sold now, or not any more.
    /// <c>limit_reached</c>: the user can order <c>remaining_for_user</c> more tickets. <c>booking_cancelled</c>: the key's booking was cancelled since.
    /// </response>
    /// <response code="422"><c>idempotency_key_reused</c>: the key belongs to another order.</response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the same tickets; nothing was booked. <c>database_unavailable</c>: the database is unavailable.
    /// <c>outcome_unknown</c>: the connection was lost during the commit. <c>strategy_unavailable</c>: this server cannot sell the event. Try again after <c>Retry-After</c> seconds, with the same key.
    /// </response>
    [HttpPost("/book", Name = "bookTickets")]
    [OnlyFor(Callers.Ordering)]
    [NeedsDatabase]
    [ProducesResponseType<BookTicketResponse>(200)]
    [ProducesProblem(400, 404, 409, 413, 415, 422, 503)]
    public async Task<IActionResult> Book([FromBody] BookTicketCommand order, CancellationToken cancellationToken)
    {
        var caller = this.Caller();
        return this.RefuseOtherUser(caller, order.UserId) ?? await mediator.Send(order.By(caller), cancellationToken) switch
        {
            BookingOutcome.Booked booked => this.Confirmed(booked.BookingId, order.EventId, order.UserId, order.Quantity, booked.Replayed),
            var refused => this.Refused(refused),
        };
    }

    /// <summary>Returns a booking or a hold, also after its end.</summary>
    /// <param name="id">The id of the booking; a hold's id is its booking's id.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The booking as it is now.</response>
    /// <response code="404"><c>booking_not_found</c>: the booking does not exist.</response>
    [HttpGet("/bookings/{id:long}", Name = "getBooking")]
    [OnlyFor(Callers.Ordering)]
    [NeedsDatabase]
    [ProducesResponseType<BookingState>(200)]
    [ProducesProblem(400, 404, 503)]
    public async Task<IActionResult> Get([FromRoute] long id, CancellationToken cancellationToken) =>
        await mediator.Send(new GetBookingQuery(id, this.Caller()), cancellationToken) is { } booking
            ? Ok(booking)
            : ProblemWriter.Result(HttpContext, ProblemKind.BookingNotFound);

    /// <summary>Cancels a confirmed booking: its tickets are for sale again.</summary>
    /// <param name="id">The id of the booking.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    /// <response code="200">The booking is cancelled. <c>returned</c> is 0 if it was so already.</response>
    /// <response code="404"><c>booking_not_found</c>: the booking does not exist.</response>
    /// <response code="409"><c>not_confirmed</c>: the booking is not confirmed. <c>upgrade_in_progress</c>: servers of the previous version may still run.</response>
    /// <response code="503">
    /// <c>busy</c>: too many requests for the event; nothing was changed. <c>database_unavailable</c>: the database is unavailable. <c>outcome_unknown</c>: the
    /// connection was lost during the commit. It is safe to send the request again.
    /// </response>
    [HttpPost("/bookings/{id:long}/cancel", Name = "cancelBooking")]
    [OnlyFor(Callers.OrderingOrOrganizing)]
    [NeedsDatabase]
    [ProducesResponseType<ReturnedResponse>(200)]
    [ProducesProblem(400, 404, 409, 503)]
    public async Task<IActionResult> Cancel([FromRoute] long id, CancellationToken cancellationToken) =>
        this.Returned(await mediator.Send(new ChangeBookingCommand(id, BookingOperation.Cancel) { Caller = this.Caller(), TraceId = ProblemWriter.TraceIdOf(HttpContext) }, cancellationToken), BookingOperation.Cancel);

    /// <summary>Lists bookings, newest first.</summary>
    /// <remarks>A buyer sees his own, and a seller those that it has made for one user.</remarks>
    /// <response code="200">One page of the list.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/history", Name = "listBookings")]
    [OnlyFor(Callers.OrderingOrOrganizing)]
    [ReportsAge]
    [ProducesResponseType<PagedResult<HistoryItem>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<IActionResult> History([FromQuery] GetHistoryQuery query, CancellationToken cancellationToken)
    {
        var caller = this.Caller();
        if (caller?.OnlyCreator is not null && query.UserId is null)
        {
            ModelState.AddModelError("user_id", "Is required: a shop lists the bookings of one user at a time."); // no index has those of a shop
            return Problems.ValidationProblem.From(ControllerContext);
        }

        return this.RefuseOtherUser(caller, query.UserId) ?? Ok(await mediator.Send(query.For(caller), cancellationToken));
    }
}
