using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Problems;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Domain;

namespace Ticketing.Api.Controllers;

/// <summary>Turns what became of orders and bookings into responses.</summary>
internal static class BookingAnswers
{
    private const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The tickets are sold.</summary>
    public static IActionResult Confirmed(this ControllerBase controller, long bookingId, int eventId, int userId, int quantity, bool isReplayed)
    {
        controller.MarkReplayed(isReplayed);
        return new OrderResult<BookTicketResponse>(new("Booking successful", bookingId, eventId, userId, quantity), StatusCodes.Status200OK);
    }

    /// <summary>The tickets are held, or were when the key was used first.</summary>
    public static IActionResult Held(this ControllerBase controller, BookingState hold, bool isReplayed, int status)
    {
        controller.MarkReplayed(isReplayed);
        controller.Response.Headers.Location = $"/bookings/{hold.BookingId}";
        return new OrderResult<HoldResponse>(
            new(hold.BookingId, hold.EventId, hold.UserId, hold.Quantity, hold.Status, hold.ExpiresAt, hold.ExpiresInSeconds), status);
    }

    /// <summary>The tickets are back, or were so before.</summary>
    public static IActionResult Returned(this ControllerBase controller, BookingOutcome outcome, BookingOperation operation) => outcome is BookingOutcome.Changed changed
        ? new OrderResult<ReturnedResponse>(new(changed.Booking.Status, changed.Returned), StatusCodes.Status200OK)
        : controller.Refused(outcome, operation);

    /// <summary>Maps each outcome to its problem.</summary>
    /// <param name="controller">Answers.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="operation">What was to be done with a booking; null for an order.</param>
    public static IActionResult Refused(this ControllerBase controller, BookingOutcome outcome, BookingOperation? operation = null) => outcome switch
    {
        BookingOutcome.SoldOut none => controller.Problem(ProblemKind.SoldOut, ("held_tickets", none.HeldTickets)),
        BookingOutcome.NotEnoughTickets few =>
            controller.Problem(ProblemKind.NotEnoughTickets, ("available_tickets", few.Available), ("held_tickets", few.HeldTickets)),
        BookingOutcome.NotOnSale scheduled => controller.Problem(ProblemKind.NotOnSale, ("sale_starts_at", scheduled.StartsAt)),
        BookingOutcome.Paused => controller.Problem(ProblemKind.Paused),
        BookingOutcome.SaleEnded => controller.Problem(ProblemKind.SaleEnded),
        BookingOutcome.LimitReached limit => controller.Problem(ProblemKind.LimitReached, ("remaining_for_user", limit.Remaining)),
        BookingOutcome.HoldLimitReached limit => controller.Problem(ProblemKind.HoldLimitReached, ("max_hold_seconds", limit.MaxSeconds)),
        BookingOutcome.EventNotFound => controller.Problem(ProblemKind.EventNotFound),
        BookingOutcome.BookingNotFound => controller.Problem(operation == BookingOperation.Cancel ? ProblemKind.BookingNotFound : ProblemKind.HoldNotFound),
        BookingOutcome.WrongStatus when operation == BookingOperation.Cancel => controller.Problem(ProblemKind.NotConfirmed),
        BookingOutcome.WrongStatus { Status: BookingStatus.Expired } => controller.Problem(ProblemKind.HoldExpired),
        BookingOutcome.WrongStatus { Status: BookingStatus.Released } => controller.Problem(ProblemKind.HoldReleased),
        BookingOutcome.WrongStatus { Status: BookingStatus.Confirmed } => controller.Problem(ProblemKind.HoldConfirmed),
        BookingOutcome.WrongStatus { Status: BookingStatus.Cancelled } or BookingOutcome.BookingCancelled => controller.Problem(ProblemKind.BookingCancelled),
        BookingOutcome.StrategyUnavailable => controller.Problem(ProblemKind.StrategyUnavailable),
        BookingOutcome.KeyReused => controller.Problem(ProblemKind.IdempotencyKeyReused),
        BookingOutcome.UpgradeInProgress => controller.Problem(ProblemKind.UpgradeInProgress),
        BookingOutcome.Busy busy => ProblemWriter.Result(controller.HttpContext, ProblemKind.Busy, ProblemKind.DetailOf(busy.Reason)),
        BookingOutcome.Unknown => controller.Problem(ProblemKind.OutcomeUnknown),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    private static void MarkReplayed(this ControllerBase controller, bool isReplayed)
    {
        if (isReplayed)
        {
            controller.Response.Headers[ReplayedHeader] = "true";
        }
    }

    private static ObjectResult Problem(this ControllerBase controller, ProblemKind kind, params ReadOnlySpan<(string Name, object Value)> extensions)
    {
        var result = ProblemWriter.Result(controller.HttpContext, kind, null);
        foreach (var (name, value) in extensions)
        {
            ((ProblemDetails)result.Value!).Extensions[name] = value;
        }

        return result;
    }
}

/// <summary>A confirmed booking.</summary>
/// <param name="Message">A confirmation for people.</param>
/// <param name="BookingId">The id of the booking.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The user who booked.</param>
/// <param name="Quantity">Number of tickets.</param>
public sealed record BookTicketResponse(string Message, long BookingId, int EventId, int UserId, int Quantity);

/// <summary>A hold.</summary>
/// <param name="HoldId">The id of the hold, and of the booking that it becomes.</param>
/// <param name="EventId">The event.</param>
/// <param name="UserId">The user who ordered.</param>
/// <param name="Quantity">Number of tickets.</param>
/// <param name="Status"><c>held</c>; after a repeated <c>Idempotency-Key</c> also what the hold has become.</param>
/// <param name="ExpiresAt">When the hold expires, UTC; null if the tickets are not held any more.</param>
/// <param name="ExpiresInSeconds">The time that is left until then, in seconds, for clients whose clock may be wrong; null if the tickets are not held any more.</param>
public sealed record HoldResponse(
    long HoldId, int EventId, int UserId, int Quantity, BookingStatus Status, DateTime? ExpiresAt, double? ExpiresInSeconds);

/// <summary>Tickets that were given back.</summary>
/// <param name="Status">What the booking is now.</param>
/// <param name="Returned">Number of tickets that are for sale again; 0 if they were so already.</param>
public sealed record ReturnedResponse(BookingStatus Status, int Returned);
