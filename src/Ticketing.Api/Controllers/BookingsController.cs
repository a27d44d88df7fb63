using MediatR;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.GetHistory;
using Ticketing.Application.Common;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Controllers;

/// <summary>Buying tickets, and looking at what was bought.</summary>
[ApiController]
[Tags("Bookings")]
public sealed class BookingsController(IMediator mediator) : ControllerBase
{
    private const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>Books tickets.</summary>
    /// <remarks>
    /// All of the tickets asked for, or none. The answer 200 is given only after the booking is safe in the database.
    /// With an <c>Idempotency-Key</c> the request can be repeated safely: the key books once, and a repetition is answered with the first
    /// booking and the header <c>Idempotent-Replayed: true</c>. An answer that booked nothing leaves the key unused.
    /// </remarks>
    /// <param name="order">Who wants how many tickets of which event.</param>
    /// <response code="200">Booked.</response>
    /// <response code="400">
    /// <c>sold_out</c>: no ticket is left. <c>not_enough_tickets</c>: fewer are left than were asked for, <c>available_tickets</c> says how many.
    /// <c>validation_failed</c>: the request is not valid, <c>errors</c> says where.
    /// </response>
    /// <response code="404"><c>event_not_found</c>: there is no such event.</response>
    /// <response code="422"><c>idempotency_key_reused</c>: the key has booked something else.</response>
    /// <response code="503">
    /// <c>busy</c>: too many want the same tickets, nothing was booked. <c>database_unavailable</c>: the database cannot be used.
    /// <c>outcome_unknown</c>: the database was lost at the very moment of confirmation. Try again after <c>Retry-After</c> seconds, with the same
    /// key.
    /// </response>
    [HttpPost("/book")]
    [NeedsDatabase]
    [ProducesResponseType<BookTicketResponse>(200)]
    [ProducesProblem(400, 404, 413, 415, 422, 503)]
    // One parameter, because each is bound for each order; and a name that is given, or it would be looked for in the query.
    public async Task<IActionResult> Book([FromBody, ModelBinder(Name = "")] BookTicketCommand order) =>
        Answer(order, await mediator.Send(order, HttpContext.RequestAborted));

    /// <summary>Lists bookings, newest first.</summary>
    /// <response code="200">One page of them.</response>
    /// <response code="400"><c>validation_failed</c>: a parameter is not valid.</response>
    [HttpGet("/history")]
    [TellsAge]
    [ProducesResponseType<PagedResult<HistoryItem>>(200)]
    [ProducesProblem(400, 503)]
    public async Task<PagedResult<HistoryItem>> History([FromQuery] GetHistoryQuery query, CancellationToken cancellationToken) =>
        await mediator.Send(query, cancellationToken);

    /// <summary>The one switch that turns outcomes into answers.</summary>
    private ActionResult Answer(BookTicketCommand order, BookingOutcome outcome) => outcome switch
    {
        BookingOutcome.Booked booked => Confirmed(order, booked),
        BookingOutcome.SoldOut => Problem(ProblemKind.SoldOut),
        BookingOutcome.NotEnoughTickets few => NotEnough(few.Available),
        BookingOutcome.EventNotFound => Problem(ProblemKind.EventNotFound),
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

    private ObjectResult NotEnough(int available)
    {
        var result = Problem(ProblemKind.NotEnoughTickets);
        ((ProblemDetails)result.Value!).Extensions["available_tickets"] = available;
        return result;
    }

    private ObjectResult Problem(ProblemKind kind, string? detail = null) => ProblemWriter.Result(HttpContext, kind, detail);
}

/// <summary>A confirmed booking.</summary>
/// <param name="Message">Says so.</param>
/// <param name="BookingId">The booking's number.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">Who booked.</param>
/// <param name="Quantity">How many tickets.</param>
public sealed record BookTicketResponse(string Message, long BookingId, int EventId, int UserId, int Quantity);
