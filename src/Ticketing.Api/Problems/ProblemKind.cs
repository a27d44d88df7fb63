using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Api.Problems;

/// <summary>
/// Every problem that the API can answer with. The code is what machines rely on and never changes; the detail says what to do.
/// </summary>
/// <param name="Code">A stable word.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Detail">What to do, where the occurrence has nothing more exact to say.</param>
internal sealed record ProblemKind(string Code, int Status, string Title, string Detail)
{
    /// <summary>How long a client should wait after a 503 before it asks again, in seconds.</summary>
    public const string RetryAfterSeconds = "1";

    public static readonly ProblemKind ValidationFailed = new(
        "validation_failed", 400, "The request is not valid.", "Correct the request and send it again.");

    public static readonly ProblemKind SoldOut = new(
        "sold_out", 400, "No ticket is left.", "Sold out!");

    public static readonly ProblemKind NotEnoughTickets = new(
        "not_enough_tickets", 400, "Fewer tickets are left than were asked for.", "Ask for at most available_tickets.");

    public static readonly ProblemKind EventNotFound = new(
        "event_not_found", 404, "There is no such event.", "Set one up with POST /setup, or see GET /events for those that exist.");

    public static readonly ProblemKind IdempotencyKeyReused = new(
        "idempotency_key_reused", 422, "The idempotency key belongs to another order.",
        "This Idempotency-Key has booked something else. Use a new key for a new order.");

    public static readonly ProblemKind Busy = new(
        "busy", 503, "Too many requests at once.", "Nothing was booked. Try again after the time that Retry-After gives.");

    public static readonly ProblemKind OutcomeUnknown = new(
        "outcome_unknown", 503, "The database was lost while the booking was confirmed.",
        "The booking may or may not exist. Send the request again with the same Idempotency-Key, or look it up in GET /history, before booking anew.");

    public static readonly ProblemKind DatabaseUnavailable = new(
        "database_unavailable", 503, "The database cannot be used at the moment.",
        "Try again after the time that Retry-After gives; with an Idempotency-Key a booking that is sent twice is booked once.");

    public static readonly ProblemKind StartingUp = new(
        "starting_up", 503, "This server is starting.", "Try again after the time that Retry-After gives.");

    public static readonly ProblemKind ShuttingDown = new(
        "shutting_down", 503, "This server is stopping.", "Try again after the time that Retry-After gives: another one will answer.");

    public static readonly ProblemKind NotFound = new(
        "not_found", 404, "There is nothing at this address.", "GET /docs lists what there is.");

    public static readonly ProblemKind MethodNotAllowed = new(
        "method_not_allowed", 405, "This address does not know that method.", "The header Allow names those that it knows.");

    public static readonly ProblemKind UnsupportedMediaType = new(
        "unsupported_media_type", 415, "The body is not JSON.", "Send the body with Content-Type: application/json.");

    public static readonly ProblemKind PayloadTooLarge = new(
        "payload_too_large", 413, "The body is too large.", "An order needs less than a kilobyte.");

    public static readonly ProblemKind BadRequest = new(
        "bad_request", 400, "The request cannot be read.", "Correct the request and send it again.");

    public static readonly ProblemKind InternalError = new(
        "internal_error", 500, "The program made a mistake.", "Report it with the traceId; the log has the rest under it.");

    /// <summary>All of them, for those who look one up.</summary>
    public static readonly IReadOnlyList<ProblemKind> All =
    [
        ValidationFailed, SoldOut, NotEnoughTickets, EventNotFound, IdempotencyKeyReused, Busy, OutcomeUnknown, DatabaseUnavailable, StartingUp,
        ShuttingDown, NotFound, MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, BadRequest, InternalError,
    ];

    /// <summary>What to tell a buyer whose order was not decided.</summary>
    public static string DetailOf(BusyReason reason) => reason switch
    {
        BusyReason.Contention => "Too many buyers want these tickets at once.",
        BusyReason.QueueFull => "Too many buyers wait for these tickets already.",
        BusyReason.LockUnavailable => "The lock for these tickets cannot be had at the moment.",
        BusyReason.DatabaseLost => "The database was lost while this order was decided.",
        BusyReason.Stopping => "This server is stopping.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    } + $" {Busy.Detail}";

    /// <summary>The kind for an answer that so far is only a status.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        400 => BadRequest,
        404 => NotFound,
        405 => MethodNotAllowed,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        503 => DatabaseUnavailable,
        < 500 => BadRequest with { Status = status },
        _ => InternalError with { Status = status },
    };
}
