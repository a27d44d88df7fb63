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
        .. HoldsAreNotWhatWasTold(sale, told),
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
            else if (!booking.IsConfirmed)
            {
                yield return new(ViolationKind.LostBooking, $"user {order.UserId} was answered with this booking, which is {booking.Status}", bookingId);
            }
        }
    }

    /// <summary>Every hold is in a state that its buyer was told of, or that he left it to.</summary>
    private static IEnumerable<Violation> HoldsAreNotWhatWasTold(StoredSale sale, BuyerAnswers told)
    {
        var stored = sale.Bookings.ToDictionary(booking => booking.Id);
        foreach (var (order, holdId, end) in told.Holds)
        {
            if (!stored.TryGetValue(holdId, out var booking))
            {
                yield return new(ViolationKind.LostBooking, $"user {order.UserId} was answered with this hold, which does not exist", holdId);
            }
            else if (booking.UserId != order.UserId || booking.Quantity != order.Quantity || booking.EventId != order.EventId)
            {
                yield return new(ViolationKind.WrongBooking, $"user {order.UserId} was answered {order.Quantity} of event {order.EventId}, but stored are {booking.Quantity} for user {booking.UserId}", holdId);
            }
            else if (!MayBe(end, booking.Status))
            {
                yield return new(ViolationKind.WrongState, $"user {order.UserId} was told that this hold is {end}, but it is {booking.Status}", holdId);
            }
            else if (booking.IsHeld && told.AllHaveLapsed)
            {
                yield return new(ViolationKind.WrongState, $"user {order.UserId} has this hold long after its time", holdId);
            }
        }
    }

    private static bool MayBe(HoldEnd end, string status) => (end, status) switch
    {
        (HoldEnd.Confirmed or HoldEnd.PerhapsConfirmed, "confirmed") => true,
        (HoldEnd.Released or HoldEnd.PerhapsReleased, "released") => true,
        (HoldEnd.Expired, "expired") => true,
        (HoldEnd.None or HoldEnd.PerhapsConfirmed or HoldEnd.PerhapsReleased, "held" or "expired") => true,
        _ => false,
    };

    private static IEnumerable<Violation> StoredButNotConfirmed(StoredSale sale, BuyerAnswers told)
    {
        var confirmed = told.Confirmed.Select(order => order.BookingId).Concat(told.Holds.Select(hold => hold.HoldId)).ToHashSet();
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
        if (sale.Sold + sale.Held + sale.Event.AvailableTickets != sale.Event.TotalTickets)
        {
            yield return new(
                ViolationKind.StockMismatch, $"{sale.Sold} sold + {sale.Held} held + {sale.Event.AvailableTickets} available is not {sale.Event.TotalTickets}");
        }

        if (sale.Held != sale.Event.HeldTickets)
        {
            yield return new(ViolationKind.StockMismatch, $"the event counts {sale.Event.HeldTickets} held tickets, but there are {sale.Held}");
        }

        if (sale.Confirmed.Count != sale.Event.Bookings)
        {
            yield return new(ViolationKind.StockMismatch, $"the event counts {sale.Event.Bookings} bookings, but there are {sale.Confirmed.Count}");
        }
    }

    private static IEnumerable<Violation> Oversold(StoredSale sale, bool mayOversell)
    {
        if (mayOversell || sale.Oversold == 0)
        {
            yield break;
        }

        long sold = 0;
        foreach (var booking in sale.Confirmed)
        {
            sold += booking.Quantity;
            if (sold > sale.Event.TotalTickets)
            {
                yield return new(
                    ViolationKind.Oversold, $"user {booking.UserId} has ticket {sold} of {sale.Event.TotalTickets}", booking.Id);
            }
        }
    }

    /// <summary>Unless tickets are held, stock never grows, so what is left at the end was available all the time.</summary>
    private static IEnumerable<Violation> Undersold(StoredSale sale, BuyerAnswers told)
    {
        if (told.Holds.Count > 0)
        {
            yield break;
        }

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
    /// <summary>The confirmed bookings, in the order of their ids.</summary>
    public IReadOnlyList<StoredBooking> Confirmed { get; } = [.. Bookings.Where(booking => booking.IsConfirmed).OrderBy(booking => booking.Id)];

    public long Sold => Confirmed.Sum(booking => (long)booking.Quantity);

    public long Held => Bookings.Where(booking => booking.IsHeld).Sum(booking => (long)booking.Quantity);

    public long Oversold => Math.Max(0, Sold - Event.TotalTickets);
}

/// <summary>The answers to the buyers of one event.</summary>
public sealed record BuyerAnswers(
    IReadOnlyList<ConfirmedOrder> Confirmed, IReadOnlyList<Order> Uncertain, int SoldOut, int? FewestLeft, IReadOnlyList<string> Contradictions)
{
    /// <summary>The holds that they were told of, and what became of them.</summary>
    public IReadOnlyList<HeldOrder> Holds { get; init; } = [];

    /// <summary>Whether the time of every hold is over, and the system has had its time to expire it.</summary>
    public bool AllHaveLapsed { get; init; }
}

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
    WrongState,
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
        ViolationKind.WrongState => "hold in another state",
        ViolationKind.SharedBooking => "one booking for two orders",
        ViolationKind.UnexplainedBooking => "unconfirmed booking",
        ViolationKind.StockMismatch => "stock does not add up",
        ViolationKind.Oversold => "oversold",
        _ => "undersold",
    };
}
