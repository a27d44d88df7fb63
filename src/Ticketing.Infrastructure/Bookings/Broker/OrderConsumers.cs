using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Events;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>The consumers of this replica: one for each event whose orders wait here.</summary>
internal sealed class OrderConsumers(
    BookingQueues queues,
    OrderStreams streams,
    BrokerDatabase database,
    IDatabaseErrors errors,
    IOptions<BookingOptions> options,
    TimeProvider clock,
    ILogger<OrderConsumer> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, OrderConsumer> _consumers = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Announces an order of this replica, so that somebody consumes it.</summary>
    /// <returns>The consumer to leave when the order is answered; null if too many wait.</returns>
    public OrderConsumer? Join(EventFacts @event)
    {
        while (true)
        {
            var consumer = _consumers.GetOrAdd(@event.Id, (_, facts) => Begin(facts), @event);
            if (consumer.TryJoin() is { } joined)
            {
                return joined ? consumer : null;
            }
        }
    }

    /// <summary>Answers what was read, and leaves the rest to other replicas. Called at shutdown, after the last request.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_consumers.Values.Select(consumer => consumer.Running ?? Task.CompletedTask));
        _stopping.Dispose();
    }

    private OrderConsumer Begin(EventFacts @event) => new(
        OrderStream.Of(@event),
        queues,
        streams,
        database,
        errors,
        options.Value,
        clock,
        logger,
        consumer => _consumers.TryRemove(KeyValuePair.Create(@event.Id, consumer)),
        _stopping.Token);
}
