using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.GetHistory;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>Booking tickets, and listing bookings.</summary>
[ApiController]
[Tags("Bookings")]
public sealed class BookingsController(IMediator mediator) : ControllerBase
{
    private const string ReplayedHeader = "Idempotent-Replayed";

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
    /// <c>sold_out</c>: no ticket is left. <c>not_enough_tickets</c>: fewer are left than ordered; <c>available_tickets</c> has the number.
    /// <c>validation_failed</c>: the request is not valid; <c>errors</c> lists the fields.
    /// </response>
    /// <response code="404"><c>event_not_found</c>: the event does not exist.</response>
    /// <response code="409">
    /// <c>not_on_sale</c>: the sale starts at <c>sale_starts_at</c>. <c>paused</c>, <c>sale_ended</c>: tickets are not sold now, or not any more.
    /// <c>limit_reached</c>: the user can order <c>remaining_for_user</c> more tickets.
    /// </response>
    /// <response code="422"><c>idempotency_key_reused</c>: the key has booked something else.</response>
    /// <response code="503">
    /// <c>busy</c>: too many orders for the same tickets; nothing was booked. <c>database_unavailable</c>: the database is unavailable.
    /// <c>outcome_unknown</c>: the connection was lost during the commit. <c>strategy_unavailable</c>: this server cannot sell the event. Try again after <c>Retry-After</c> seconds, with the same key.
    /// </response>
    [HttpPost("/book", Name = "bookTickets")]
    [NeedsDatabase]
    [ProducesResponseType<BookTicketResponse>(200)]
    [ProducesProblem(400, 404, 409, 413, 415, 422, 503)]
    public async Task<IActionResult> Book([FromBody] BookTicketCommand order, CancellationToken cancellationToken) =>
        Answer(order, await mediator.Send(order, cancellationToken));

    /// <summary>Lists bookings, newest first.</summary>
    /// <response code="200">One page of the list.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/history", Name = "listBookings")]
    [ReportsAge]
    [ProducesResponseType<PagedResult<HistoryItem>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<PagedResult<HistoryItem>> History([FromQuery] GetHistoryQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken);

    /// <summary>Maps each outcome to its response.</summary>
    private ActionResult Answer(BookTicketCommand order, BookingOutcome outcome) => outcome switch
    {
        BookingOutcome.Booked booked => Confirmed(order, booked),
        BookingOutcome.SoldOut => Problem(ProblemKind.SoldOut),
        BookingOutcome.NotEnoughTickets few => Problem(ProblemKind.NotEnoughTickets, ("available_tickets", few.Available)),
        BookingOutcome.NotOnSale scheduled => Problem(ProblemKind.NotOnSale, ("sale_starts_at", scheduled.StartsAt)),
        BookingOutcome.Paused => Problem(ProblemKind.Paused),
        BookingOutcome.SaleEnded => Problem(ProblemKind.SaleEnded),
        BookingOutcome.LimitReached limit => Problem(ProblemKind.LimitReached, ("remaining_for_user", limit.Remaining)),
        BookingOutcome.EventNotFound => Problem(ProblemKind.EventNotFound),
        BookingOutcome.StrategyUnavailable => Problem(ProblemKind.StrategyUnavailable),
        BookingOutcome.KeyReused => Problem(ProblemKind.IdempotencyKeyReused),
        BookingOutcome.Busy busy => Problem(ProblemKind.Busy, ProblemKind.DetailOf(busy.Reason)),
        BookingOutcome.Unknown => Problem(ProblemKind.OutcomeUnknown),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    private BookedResult Confirmed(BookTicketCommand order, BookingOutcome.Booked booked)
    {
        if (booked.Replayed)
        {
            Response.Headers[ReplayedHeader] = "true";
        }

        return new(new BookTicketResponse("Booking successful", booked.BookingId, order.EventId, order.UserId, order.Quantity));
    }

    private ObjectResult Problem(ProblemKind kind, (string Name, object Value) extension)
    {
        var result = Problem(kind);
        ((ProblemDetails)result.Value!).Extensions[extension.Name] = extension.Value;
        return result;
    }

    private ObjectResult Problem(ProblemKind kind, string? detail = null) => ProblemWriter.Result(HttpContext, kind, detail);
}

/// <summary>A confirmed booking.</summary>
/// <param name="Message">A confirmation for people.</param>
/// <param name="BookingId">The id of the booking.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The user who booked.</param>
/// <param name="Quantity">Number of tickets.</param>
public sealed record BookTicketResponse(string Message, long BookingId, int EventId, int UserId, int Quantity);
