using System.Globalization;
using System.Threading.Channels;
using Medallion.Threading.Redis;
using StackExchange.Redis;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>
/// The queues in Redis: a stream for each event, whose entries are the orders that were not answered; a channel for each event, which wakes its consumer; and a channel for
/// each replica, for its answers.
/// </summary>
/// <remarks>
/// Consumer groups are not used: they share a stream among many readers, and this one has a single reader, whose place in the stream is in its memory. What is in the stream
/// is what is not answered, and there is no second list of it. The keys have no time to live, so Redis, which evicts volatile keys only, never evicts them.
/// Source: https://redis.io/docs/latest/develop/reference/eviction/
/// </remarks>
internal sealed class OrderStreams(IConnectionMultiplexer redis)
{
    /// <summary>How long a lease outlives a consumer that was killed; a running one extends it.</summary>
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(3);

    /// <summary>Adds entries, as many as the stream has room for. The first one wakes the consumer.</summary>
    private const string Add =
        """
        local length = redis.call('XLEN', KEYS[1])
        local added = math.max(0, math.min(#ARGV - 2, tonumber(ARGV[1]) - length))
        for i = 3, added + 2 do redis.call('XADD', KEYS[1], '*', 'order', ARGV[i]) end
        if length == 0 and added > 0 then redis.call('PUBLISH', ARGV[2], '') end
        return added
        """;

    private const string DeleteIfEmpty = "if redis.call('XLEN', KEYS[1]) == 0 then redis.call('DEL', KEYS[1]) end";

    public bool IsConnected => redis.IsConnected;

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Calls back whenever a connection to Redis is lost, and when it is back: orders or answers may have been lost.</summary>
    public void OnLost(Action lost)
    {
        redis.ConnectionFailed += (_, _) => lost();
        redis.ConnectionRestored += (_, _) => lost(); // answers may have come meanwhile
    }

    /// <summary>Adds orders, each as an entry of its own.</summary>
    /// <param name="stream">The stream of their event.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="capacity">How many orders may be in the stream.</param>
    /// <returns>How many were added, from the first one on. For the others, there is no room.</returns>
    public async Task<int> AddAsync(OrderStream stream, IEnumerable<QueuedOrder> orders, int capacity) =>
        (int)await Database.ScriptEvaluateAsync(Add, [stream.Key], [capacity, stream.Wake.ToString(), .. orders.Select(order => (RedisValue)order.ToJson())]);

    /// <summary>The orders after a place in the stream, in order of arrival.</summary>
    /// <param name="stream">The stream of the event.</param>
    /// <param name="after">The id of an entry; null for the beginning.</param>
    /// <param name="max">How many at most.</param>
    /// <returns>Null for an entry that is no order, or that this version cannot read.</returns>
    public async Task<IReadOnlyList<(string Id, QueuedOrder? Order)>> ReadAsync(OrderStream stream, string? after, int max) =>
    [
        .. (await Database.StreamRangeAsync(stream.Key, after is null ? "-" : $"({after}", "+", max)).Select(entry => (entry.Id.ToString(), QueuedOrder.FromJson(stream.EventId, entry.Values.FirstOrDefault().Value))),
    ];

    /// <summary>Removes the orders up to a place in the stream, and answers them; null removes none.</summary>
    /// <remarks>An order that is removed but not answered is looked up by its sender; one that is answered but not removed is found by the next consumer.</remarks>
    public async Task AnswerAsync(OrderStream stream, string? upTo, IEnumerable<(string Sender, OrderAnswers Answers)> answers)
    {
        var batch = Database.CreateBatch();
        var sent = new List<Task>();
        if (upTo is not null)
        {
            sent.Add(batch.StreamTrimByMinIdAsync(stream.Key, Following(upTo)));
        }

        foreach (var (sender, told) in answers)
        {
            sent.Add(batch.PublishAsync(AnswerChannel(sender), told.ToJson()));
        }

        batch.Execute();
        await Task.WhenAll(sent);
    }

    /// <summary>Removes the stream if nobody waits in it.</summary>
    public Task DeleteIfEmptyAsync(OrderStream stream) => Database.ScriptEvaluateAsync(DeleteIfEmpty, [stream.Key]);

    /// <summary>Receives the answers to the orders of a sender, also after Redis was lost and is back.</summary>
    public async Task ReceiveAsync(string sender, Action<byte[]> received) =>
        (await redis.GetSubscriber().SubscribeAsync(AnswerChannel(sender))).OnMessage(message => received(message.Message!));

    /// <summary>Waits for orders where there were none.</summary>
    public async Task<WakeCall> ListenAsync(OrderStream stream)
    {
        var calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var queue = await redis.GetSubscriber().SubscribeAsync(stream.Wake);
        queue.OnMessage(_ => calls.Writer.TryWrite(true));
        return new(queue, calls.Reader);
    }

    /// <summary>Makes this replica the consumer of an event.</summary>
    /// <returns>Null if another one is.</returns>
    public async Task<RedisDistributedLockHandle?> TryLeaseAsync(OrderStream stream) => await new RedisDistributedLock(
        stream.Lease,
        Database,
        options => options.Expiry(_lease)).TryAcquireAsync();

    private static RedisChannel AnswerChannel(string sender) => RedisChannel.Literal($"ticketing:answers:{sender}");

    /// <summary>The smallest id after another one: a time in milliseconds, and a number.</summary>
    private static string Following(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{id.AsSpan(0, dash)}-{ulong.Parse(id.AsSpan(dash + 1), CultureInfo.InvariantCulture) + 1}");
    }

    /// <summary>Tells a consumer that orders arrive.</summary>
    internal sealed class WakeCall(ChannelMessageQueue queue, ChannelReader<bool> calls) : IAsyncDisposable
    {
        /// <summary>Waits until orders arrive, or for a time: a message can be lost.</summary>
        public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            end.CancelAfter(atMost);
            try
            {
                await calls.WaitToReadAsync(end.Token);
                calls.TryRead(out _);
            }
            catch (OperationCanceledException)
            {
                // The caller looks for orders in any case.
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await queue.UnsubscribeAsync();
            }
            catch (Exception exception) when (exception.IsRedisFault())
            {
                // With its connection, the subscription is gone.
            }
        }
    }
}
