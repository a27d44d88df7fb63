namespace Ticketing.Application.Sales;

/// <summary>Totals over all events.</summary>
/// <param name="Events">Number of events.</param>
/// <param name="Tickets">Number of tickets put on sale.</param>
/// <param name="Sold">Number of tickets in confirmed bookings.</param>
/// <param name="Remaining">Number of tickets left; oversold events count as 0.</param>
/// <param name="Bookings">Number of confirmed bookings.</param>
/// <param name="Oversold">Number of tickets sold that do not exist.</param>
public sealed record SalesStats(long Events, long Tickets, long Sold, long Remaining, long Bookings, long Oversold);
