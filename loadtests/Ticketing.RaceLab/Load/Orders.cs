namespace Ticketing.RaceLab.Load;

/// <summary>An order of a buyer.</summary>
/// <param name="Number">Counts the orders of a run; its key is made from it.</param>
public readonly record struct Order(long Number, int EventId, int UserId, int Quantity);

/// <summary>An order that was answered with a booking.</summary>
/// <param name="At">When the answer came, since the load began.</param>
public readonly record struct ConfirmedOrder(Order Order, long BookingId, TimeSpan At);
