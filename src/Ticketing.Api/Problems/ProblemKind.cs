using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Api.Problems;

/// <summary>
/// The problems that the API returns. The code is for programs and never changes; the detail explains the problem, or says what to do.
/// </summary>
/// <param name="Code">The stable code.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Detail">What to do, unless the occurrence has a more exact text.</param>
internal sealed record ProblemKind(string Code, int Status, string Title, string Detail)
{
    /// <summary>How long a client should wait after a 503 before it tries again, in seconds.</summary>
    public const string RetryAfterSeconds = "1";

    public static readonly ProblemKind ValidationFailed = new(
        "validation_failed", 400, "The request is not valid.", "Correct the request and send it again.");

    public static readonly ProblemKind SoldOut = new(
        "sold_out", 400, "No ticket is left.", "Sold out!");

    public static readonly ProblemKind NotEnoughTickets = new(
        "not_enough_tickets", 400, "Fewer tickets are left than ordered.", "Order at most available_tickets.");

    public static readonly ProblemKind NotOnSale = new(
        "not_on_sale", 409, "The sale has not started.", "Order again at sale_starts_at.");

    public static readonly ProblemKind Paused = new(
        "paused", 409, "The sale is paused.", "Try again when GET /status reports on_sale.");

    public static readonly ProblemKind SaleEnded = new(
        "sale_ended", 409, "The sale has ended.", "Tickets for this event are no longer on sale.");

    public static readonly ProblemKind LimitReached = new(
        "limit_reached", 409, "The limit per user is reached.", "The user can order remaining_for_user more tickets of this event.");

    public static readonly ProblemKind HoldLimitReached = new(
        "hold_limit_reached", 409, "Tickets of this event cannot be held for so long.", "Tickets can be held for max_hold_seconds, extensions included.");

    public static readonly ProblemKind HoldExpired = new(
        "hold_expired", 409, "The time of the hold is over.", "Its tickets went back to the stock. Hold tickets anew, if the sale goes on.");

    public static readonly ProblemKind HoldReleased = new(
        "hold_released", 409, "The hold was released.", "Its tickets went back to the stock. Hold tickets anew, if the sale goes on.");

    public static readonly ProblemKind HoldConfirmed = new(
        "hold_confirmed", 409, "The hold is confirmed already.", "Its tickets are sold. POST /bookings/{id}/cancel gives them back.");

    public static readonly ProblemKind BookingCancelled = new(
        "booking_cancelled", 409, "The booking was cancelled.", "Its tickets went back to the stock. Order anew, with a new Idempotency-Key, if the sale goes on.");

    public static readonly ProblemKind NotConfirmed = new(
        "not_confirmed", 409, "The booking is not confirmed.", "Only confirmed bookings can be cancelled. POST /holds/{id}/release gives the tickets of a hold back.");

    public static readonly ProblemKind BelowSold = new(
        "below_sold", 409, "More tickets are sold or held than total_tickets.", "Set total_tickets to the number of those tickets, or more.");

    public static readonly ProblemKind UpgradeInProgress = new(
        "upgrade_in_progress", 409, "The upgrade of the database is not finished.",
        "Servers of the previous version, which would ignore this, may still run. Run the program with --migrate --finish once they have all stopped.");

    public static readonly ProblemKind EventNotFound = new(
        "event_not_found", 404, "The event does not exist.", "Set one up with POST /setup, or list the existing events with GET /events.");

    public static readonly ProblemKind HoldNotFound = new(
        "hold_not_found", 404, "The hold does not exist.", "Check the id: it is the hold_id in the response of POST /holds.");

    public static readonly ProblemKind BookingNotFound = new(
        "booking_not_found", 404, "The booking does not exist.", "Check the id. GET /history?user_id=…&status=all lists the bookings and holds of a user.");

    public static readonly ProblemKind KeyNotFound = new(
        "key_not_found", 404, "The key does not exist.", "Check the id: it is a key_id of GET /keys.");

    public static readonly ProblemKind Unauthenticated = new(
        "unauthenticated", 401, "The caller is not known.",
        "Send the header Authorization: Bearer, with a key (tk_…) or with the token of a buyer. One that was sent is wrong, has expired, or was revoked.");

    public static readonly ProblemKind Forbidden = new(
        "forbidden", 403, "The caller may not do this.", "Use a key whose role may do it. README.md lists the roles.");

    public static readonly ProblemKind LabClosed = new(
        "lab_closed", 403, "No races are run here, and no faults caused.", "They put load on the server. Where they may, set Lab__Enabled to true.");

    public static readonly ProblemKind RaceNotFound = new(
        "race_not_found", 404, "The race does not exist.", "Check the id: it is the race_id in the response of POST /races. A server remembers its last races until it stops.");

    public static readonly ProblemKind RaceRunning = new(
        "race_running", 409, "Another race runs.", "Start yours when it is over, or end it with POST /races/{id}/stop.");

    public static readonly ProblemKind RateLimited = new(
        "rate_limited", 429, "Too many requests of one caller.", "Nothing was done. Try again after the delay given by Retry-After.");

    public static readonly ProblemKind IdempotencyKeyReused = new(
        "idempotency_key_reused", 422, "The idempotency key belongs to another order.",
        "This Idempotency-Key has booked or held something else. Use a new key for a new order.");

    public static readonly ProblemKind Busy = new(
        "busy", 503, "Too many requests at once.", "Nothing was booked. Try again after the delay given by Retry-After.");

    public static readonly ProblemKind OutcomeUnknown = new(
        "outcome_unknown", 503, "The database connection was lost during the commit.",
        "The booking may or may not exist. Send the request again, with the same Idempotency-Key if it has one, or look it up in GET /history?user_id=…&status=all, before you order anew.");

    public static readonly ProblemKind DatabaseUnavailable = new(
        "database_unavailable", 503, "The database is unavailable.",
        "Try again after the delay given by Retry-After; with an Idempotency-Key, an order that is sent twice books once.");

    public static readonly ProblemKind StrategyUnavailable = new(
        "strategy_unavailable", 503, "This server cannot sell the event.",
        "Nothing was booked. The event's strategy needs Redis, which is not configured here, or a newer version of this program. Other events are not affected.");

    public static readonly ProblemKind StartingUp = new(
        "starting_up", 503, "This server is starting.", "Try again after the delay given by Retry-After.");

    public static readonly ProblemKind ShuttingDown = new(
        "shutting_down", 503, "This server is stopping.", "Try again after the delay given by Retry-After: another server will answer.");

    public static readonly ProblemKind NotFound = new(
        "not_found", 404, "There is nothing at this address.", "GET /docs lists what there is.");

    public static readonly ProblemKind MethodNotAllowed = new(
        "method_not_allowed", 405, "This address does not support the method.", "The Allow header lists the supported methods.");

    public static readonly ProblemKind UnsupportedMediaType = new(
        "unsupported_media_type", 415, "The body is not plain JSON.", "Send the body with Content-Type: application/json, and without Content-Encoding.");

    public static readonly ProblemKind PayloadTooLarge = new(
        "payload_too_large", 413, "The body is too large.", "An order needs less than a kilobyte.");

    public static readonly ProblemKind RequestTimeout = new(
        "request_timeout", 408, "The body took too long.", "Send the whole body at once.");

    public static readonly ProblemKind BadRequest = new(
        "bad_request", 400, "The request cannot be read.", "Correct the request and send it again.");

    public static readonly ProblemKind InternalError = new(
        "internal_error", 500, "Internal server error.", "Report it with the traceId, which identifies the request in the logs.");

    /// <summary>All kinds of problem.</summary>
    public static readonly IReadOnlyList<ProblemKind> All =
    [
        ValidationFailed, SoldOut, NotEnoughTickets, NotOnSale, Paused, SaleEnded, LimitReached,
        HoldLimitReached, HoldExpired, HoldReleased, HoldConfirmed, BookingCancelled, NotConfirmed, BelowSold, UpgradeInProgress, EventNotFound, HoldNotFound,
        BookingNotFound, KeyNotFound, Unauthenticated, Forbidden, LabClosed, RaceNotFound, RaceRunning, RateLimited, IdempotencyKeyReused,
        Busy, OutcomeUnknown, DatabaseUnavailable, StrategyUnavailable, StartingUp,
        ShuttingDown, NotFound, MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, RequestTimeout, BadRequest, InternalError,
    ];

    /// <summary>The detail for a buyer whose order was not decided.</summary>
    public static string DetailOf(BusyReason reason) => reason switch
    {
        BusyReason.Contention => "Too many buyers want these tickets at once.",
        BusyReason.QueueFull => "Too many buyers are already waiting for these tickets.",
        BusyReason.LockUnavailable => "The lock for these tickets is unavailable.",
        BusyReason.BrokerUnavailable => "The queue for these tickets is unavailable.",
        BusyReason.DatabaseLost => "The database connection was lost before this order was decided.",
        BusyReason.Stopping => "This server is stopping.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    } + $" {Busy.Detail}";

    /// <summary>The kind for a response that has only a status so far.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        400 => BadRequest,
        401 => Unauthenticated,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        429 => RateLimited,
        503 => DatabaseUnavailable,
        < 500 => BadRequest with { Status = status },
        _ => InternalError with { Status = status },
    };
}
