namespace Ticketing.Application.Sales;

/// <summary>Totals over all events.</summary>
/// <param name="Events">How many events there are.</param>
/// <param name="Tickets">How many tickets were put on sale.</param>
/// <param name="Sold">How many tickets the bookings add up to.</param>
/// <param name="Remaining">How many tickets are left; oversold events count as 0.</param>
/// <param name="Bookings">How many bookings there are.</param>
/// <param name="Oversold">How many tickets were sold that do not exist.</param>
public sealed record SalesStats(long Events, long Tickets, long Sold, long Remaining, long Bookings, long Oversold);
