using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>Adds the orders of this replica to the stream of their event. While some are on their way, the next ones gather, and go together.</summary>
internal sealed class OrderOutbox(OrderStream stream, OrderStreams streams, int capacity)
{
    /// <summary>How many are added at once: Redis does nothing else meanwhile.</summary>
    private const int MaxGroup = 100;

    private readonly Lock _lock = new();
    private readonly Queue<(WaitingOrder Waiting, QueuedOrder Attempt)> _gathered = new();
    private bool _isSending;

    /// <summary>Sends an attempt of an order. If that fails, its buyer is told, or it is looked up.</summary>
    public void Send(WaitingOrder waiting, QueuedOrder attempt)
    {
        lock (_lock)
        {
            _gathered.Enqueue((waiting, attempt));
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendGatheredAsync();
    }

    private async Task SendGatheredAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            // What is sent again had its place already.
            foreach (var orders in group.GroupBy(order => order.Attempt.MayBeDecided))
            {
                await AddAsync([.. orders], orders.Key ? int.MaxValue : capacity);
            }
        }
    }

    private List<(WaitingOrder Waiting, QueuedOrder Attempt)> Take()
    {
        lock (_lock)
        {
            var group = new List<(WaitingOrder, QueuedOrder)>(Math.Min(_gathered.Count, MaxGroup));
            while (group.Count < MaxGroup && _gathered.TryDequeue(out var order))
            {
                if (!order.Waiting.Answer.IsCompleted) // it may have been looked up while Redis hung
                {
                    group.Add(order);
                }
            }

            _isSending = group.Count > 0;
            return group;
        }
    }

    private async Task AddAsync(List<(WaitingOrder Waiting, QueuedOrder Attempt)> orders, int room)
    {
        try
        {
            var added = await streams.AddAsync(stream, orders.Select(order => order.Attempt), room);
            foreach (var (waiting, attempt) in orders.Skip(added))
            {
                waiting.Complete(new BookingOutcome.Busy(BusyReason.QueueFull), attempt.Number);
            }
        }
        catch (Exception)
        {
            // Whatever it is: they may have been added, and those that gather behind them must be sent.
            foreach (var (waiting, _) in orders)
            {
                waiting.MayBeLost = true;
            }
        }
    }
}
