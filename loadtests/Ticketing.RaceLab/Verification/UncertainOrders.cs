using Ticketing.RaceLab.Http;
using Ticketing.RaceLab.Load;

namespace Ticketing.RaceLab.Verification;

/// <summary>Finds out, after the load, the outcome of orders whose answers were lost: sends them again with the same key, as a buyer would.</summary>
public static class UncertainOrders
{
    private const int Attempts = 10;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(300);

    /// <returns>How many were resolved: they are now booked, or certainly not booked.</returns>
    public static async Task<int> ResolveAsync(Tally tally, HttpConnection connection, Uri server, string keyPrefix, int? holdSeconds, CancellationToken cancellationToken)
    {
        var resolved = 0;
        foreach (var order in tally.Uncertain)
        {
            if (await SettleAsync(order) is not { } answer)
            {
                continue;
            }

            resolved++;
            tally.Resolve(order);
            if (answer.BookingId is { } holdId && holdSeconds is not null)
            {
                tally.CountEnd(order, holdId, HoldEnd.None, answer: null, TimeSpan.Zero);
            }
            else if (answer.BookingId is { } bookingId)
            {
                tally.Confirm(new(order, bookingId, tally.Elapsed));
            }
        }

        return resolved;

        async Task<Settled?> SettleAsync(Order order)
        {
            var request = new OrderRequest(server, order.EventId, keyPrefix, holdSeconds);
            for (var attempt = 0; attempt < Attempts && !cancellationToken.IsCancellationRequested; attempt++)
            {
                try
                {
                    var answer = await connection.ExchangeAsync(request.Write(order));
                    if (answer.IsSuccess && (answer.NumberAfter("\"booking_id\":"u8) ?? answer.NumberAfter("\"hold_id\":"u8)) is { } bookingId)
                    {
                        return new(bookingId);
                    }

                    // A refused order with a key has not booked.
                    if (answer.HasCode("sold_out"u8) || answer.HasCode("not_enough_tickets"u8))
                    {
                        return new(null);
                    }
                }
                catch (Exception exception) when (exception is AnswerLostException or CannotConnectException)
                {
                    // The system may still be restarting.
                }

                await Task.Delay(_pause, CancellationToken.None);
            }

            return null;
        }
    }

    private sealed record Settled(long? BookingId);
}
