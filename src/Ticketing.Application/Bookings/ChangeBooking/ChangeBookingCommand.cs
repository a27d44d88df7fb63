using FluentValidation;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Common;
using Ticketing.Application.Events;

namespace Ticketing.Application.Bookings.ChangeBooking;

/// <summary>What to do with a booking.</summary>
public enum BookingOperation
{
    /// <summary>Sell the tickets of a hold.</summary>
    Confirm,

    /// <summary>Give the tickets of a hold back.</summary>
    Release,

    /// <summary>Hold the tickets longer.</summary>
    Extend,

    /// <summary>Give the tickets of a confirmed booking back.</summary>
    Cancel,
}

/// <summary>Changes a booking.</summary>
/// <param name="BookingId">The booking.</param>
/// <param name="Operation">What to do with it.</param>
/// <param name="HoldSeconds">To extend a hold: for how long from now, in seconds.</param>
public sealed record ChangeBookingCommand(long BookingId, BookingOperation Operation, int HoldSeconds = 0) : IRequest<BookingOutcome>
{
    /// <summary>Who changes it; null where nobody is asked.</summary>
    public Caller? Caller { get; init; }

    /// <summary>The request, for the audit of a cancellation.</summary>
    public string TraceId { get; init; } = "";
}

/// <summary>How long to hold the tickets.</summary>
/// <param name="HoldSeconds" example="300">For how long from now, in seconds, 1 to 86,400. A hold never becomes shorter.</param>
public sealed record ExtendHoldRequest([property: System.ComponentModel.DataAnnotations.Required] int HoldSeconds);

internal sealed class ExtendHoldValidator : AbstractValidator<ExtendHoldRequest>
{
    public ExtendHoldValidator() => RuleFor(request => request.HoldSeconds).IsBetween(1, EventFacts.LongestHoldSeconds);
}

internal sealed class ChangeBookingHandler(IBookingChanges bookings) : IRequestHandler<ChangeBookingCommand, BookingOutcome>
{
    public Task<BookingOutcome> Handle(ChangeBookingCommand request, CancellationToken cancellationToken) => bookings.ChangeAsync(request, cancellationToken);
}

/// <summary>
/// Changes bookings and gives tickets back, in the same way for all strategies: under the lock of the event, by the database's clock. Of confirm, release,
/// expiry and cancel exactly one wins.
/// </summary>
public interface IBookingChanges
{
    /// <summary>Changes a booking. Answers only after COMMIT.</summary>
    /// <param name="change">What to change.</param>
    /// <param name="cancellationToken">Ends waiting, but never a transaction that may already be committing.</param>
    Task<BookingOutcome> ChangeAsync(ChangeBookingCommand change, CancellationToken cancellationToken);
}
