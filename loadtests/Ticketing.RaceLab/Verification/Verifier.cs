using Ticketing.RaceLab.Load;

namespace Ticketing.RaceLab.Verification;

/// <summary>Compares the answers to the buyers with the stored bookings.</summary>
public static class Verifier
{
    /// <param name="sale">The event and its bookings, as stored.</param>
    /// <param name="told">The answers to the buyers of that event.</param>
    /// <param name="mayOversell">True for the strategy that oversells on purpose; everything else is checked for it too.</param>
    public static IReadOnlyList<Violation> Check(StoredSale sale, BuyerAnswers told, bool mayOversell) =>
    [
        .. ConfirmedButNotStored(sale, told),
        .. StoredButNotConfirmed(sale, told),
        .. StockDoesNotAddUp(sale),
        .. Oversold(sale, mayOversell),
        .. Undersold(sale, told),
    ];

    private static IEnumerable<Violation> ConfirmedButNotStored(StoredSale sale, BuyerAnswers told)
    {
        var stored = sale.Bookings.ToDictionary(booking => booking.Id);
        var seen = new Dictionary<long, Order>();
        foreach (var (order, bookingId, _) in told.Confirmed)
        {
            if (!seen.TryAdd(bookingId, order))
            {
                yield return new(ViolationKind.SharedBooking, $"user {order.UserId} and user {seen[bookingId].UserId} were both answered with this booking", bookingId);
            }
            else if (!stored.TryGetValue(bookingId, out var booking))
            {
                yield return new(ViolationKind.LostBooking, $"user {order.UserId} was answered with this booking, which does not exist", bookingId);
            }
            else if (booking.UserId != order.UserId || booking.Quantity != order.Quantity || booking.EventId != order.EventId)
            {
                yield return new(
                    ViolationKind.WrongBooking,
                    $"user {order.UserId} was answered {order.Quantity} of event {order.EventId}, but stored are {booking.Quantity} of event {booking.EventId} for user {booking.UserId}",
                    bookingId);
            }
        }
    }

    private static IEnumerable<Violation> StoredButNotConfirmed(StoredSale sale, BuyerAnswers told)
    {
        var confirmed = told.Confirmed.Select(order => order.BookingId).ToHashSet();
        var excused = new Dictionary<(int, int), int>();
        foreach (var order in told.Uncertain)
        {
            excused[(order.UserId, order.Quantity)] = excused.GetValueOrDefault((order.UserId, order.Quantity)) + 1;
        }

        foreach (var booking in sale.Bookings.Where(booking => !confirmed.Contains(booking.Id)))
        {
            var who = (booking.UserId, booking.Quantity);
            if (excused.GetValueOrDefault(who) > 0)
            {
                excused[who]--; // its answer was lost, and it was not repeated
            }
            else
            {
                yield return new(
                    ViolationKind.UnexplainedBooking, $"user {booking.UserId} has {booking.Quantity} that no answer confirmed: booked twice, or for nobody", booking.Id);
            }
        }
    }

    private static IEnumerable<Violation> StockDoesNotAddUp(StoredSale sale)
    {
        if (sale.Sold + sale.Event.AvailableTickets != sale.Event.TotalTickets)
        {
            yield return new(
                ViolationKind.StockMismatch, $"{sale.Sold} sold + {sale.Event.AvailableTickets} available is not {sale.Event.TotalTickets}");
        }

        if (sale.Bookings.Count != sale.Event.Bookings)
        {
            yield return new(ViolationKind.StockMismatch, $"the event counts {sale.Event.Bookings} bookings, but there are {sale.Bookings.Count}");
        }
    }

    private static IEnumerable<Violation> Oversold(StoredSale sale, bool mayOversell)
    {
        if (mayOversell || sale.Oversold == 0)
        {
            yield break;
        }

        long sold = 0;
        foreach (var booking in sale.Bookings.OrderBy(booking => booking.Id))
        {
            sold += booking.Quantity;
            if (sold > sale.Event.TotalTickets)
            {
                yield return new(
                    ViolationKind.Oversold, $"user {booking.UserId} has ticket {sold} of {sale.Event.TotalTickets}", booking.Id);
            }
        }
    }

    /// <summary>Stock never grows, so what is left at the end was available all the time.</summary>
    private static IEnumerable<Violation> Undersold(StoredSale sale, BuyerAnswers told)
    {
        if (told.SoldOut > 0 && sale.Event.AvailableTickets > 0)
        {
            yield return new(ViolationKind.Undersold, $"{told.SoldOut} orders were answered \"sold out\", but {sale.Event.AvailableTickets} tickets are left");
        }

        if (told.FewestLeft is { } fewest && sale.Event.AvailableTickets > fewest)
        {
            yield return new(
                ViolationKind.Undersold, $"a buyer was answered that {fewest} tickets are left, but {sale.Event.AvailableTickets} are left at the end");
        }

        foreach (var contradiction in told.Contradictions)
        {
            yield return new(ViolationKind.Undersold, contradiction);
        }
    }
}

/// <summary>One event, as the ledger reads it.</summary>
public sealed record StoredSale(StoredEvent Event, IReadOnlyList<StoredBooking> Bookings)
{
    public long Sold { get; } = Bookings.Sum(booking => (long)booking.Quantity);

    public long Oversold => Math.Max(0, Sold - Event.TotalTickets);
}

/// <summary>The answers to the buyers of one event.</summary>
public sealed record BuyerAnswers(
    IReadOnlyList<ConfirmedOrder> Confirmed, IReadOnlyList<Order> Uncertain, int SoldOut, int? FewestLeft, IReadOnlyList<string> Contradictions);

/// <summary>An invariant that does not hold.</summary>
/// <param name="BookingId">The booking that shows it, if there is one.</param>
public sealed record Violation(ViolationKind Kind, string Text, long? BookingId = null)
{
    public override string ToString() => BookingId is { } id ? $"{Kind.Name()}: booking {id}: {Text}" : $"{Kind.Name()}: {Text}";
}

public enum ViolationKind
{
    LostBooking,
    WrongBooking,
    SharedBooking,
    UnexplainedBooking,
    StockMismatch,
    Oversold,
    Undersold,
}

public static class ViolationKindNames
{
    public static string Name(this ViolationKind kind) => kind switch
    {
        ViolationKind.LostBooking => "lost booking",
        ViolationKind.WrongBooking => "wrong booking",
        ViolationKind.SharedBooking => "one booking for two orders",
        ViolationKind.UnexplainedBooking => "unconfirmed booking",
        ViolationKind.StockMismatch => "stock does not add up",
        ViolationKind.Oversold => "oversold",
        _ => "undersold",
    };
}
