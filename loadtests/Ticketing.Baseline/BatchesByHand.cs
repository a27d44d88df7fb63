using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using MySqlConnector;

namespace Ticketing.Baseline;

/// <summary>Group commit: a queue for each event, two round trips per batch. Buyers are answered after the COMMIT.</summary>
internal sealed class BatchesByHand(MySqlDataSource database)
{
    private const int LargestBatch = 500;

    private readonly ConcurrentDictionary<int, Lazy<ChannelWriter<Waiting>>> _queues = new();

    /// <returns>The booking's id, or null when too few tickets are left.</returns>
    public Task<long?> BookAsync(Order order)
    {
        var waiting = new Waiting(order);
        _queues.GetOrAdd(order.EventId, eventId => new(() => StartWriter(eventId))).Value.TryWrite(waiting);
        return waiting.Answer.Task;
    }

    private ChannelWriter<Waiting> StartWriter(int eventId)
    {
        var queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
        _ = Task.Run(() => WriteAsync(eventId, queue.Reader));
        return queue.Writer;
    }

    private async Task WriteAsync(int eventId, ChannelReader<Waiting> queue)
    {
        var batch = new List<Waiting>(LargestBatch);
        while (await queue.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < LargestBatch && queue.TryRead(out var waiting))
            {
                batch.Add(waiting);
            }

            try
            {
                await CommitAsync(eventId, batch);
            }
            catch (MySqlException exception)
            {
                batch.ForEach(waiting => waiting.Answer.TrySetException(exception));
            }
        }
    }

    private async Task CommitAsync(int eventId, List<Waiting> batch)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture, $"START TRANSACTION; SELECT available_tickets FROM events WHERE id = {eventId} FOR UPDATE");
        var left = Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);

        var taken = 0;
        var served = new List<Waiting>(batch.Count);
        var insert = new StringBuilder("INSERT INTO bookings (user_id, event_id, quantity, timestamp) VALUES ");
        foreach (var waiting in batch)
        {
            if (waiting.Order.Quantity > left - taken)
            {
                waiting.Answer.SetResult(null);
                continue;
            }

            insert.Append(CultureInfo.InvariantCulture, $"{(served.Count == 0 ? "" : ",")}({waiting.Order.UserId},{eventId},{waiting.Order.Quantity},@t)");
            taken += waiting.Order.Quantity;
            served.Add(waiting);
        }

        if (served.Count == 0)
        {
            command.CommandText = "ROLLBACK";
            await command.ExecuteNonQueryAsync();
            return;
        }

        // The CHECK constraint guards the UPDATE: an error ends the text before its COMMIT.
        insert.Append(
            CultureInfo.InvariantCulture,
            $" RETURNING id; UPDATE events SET available_tickets = available_tickets - {taken}, bookings = bookings + {served.Count}, version = version + 1 WHERE id = {eventId}; COMMIT");
        command.CommandText = insert.ToString();
        command.Parameters.AddWithValue("@t", DateTime.UtcNow);
        var ids = await ForUpdateByHand.ReadAllAsync(command);
        ids.Sort(); // in the order of VALUES, which RETURNING does not promise to keep
        for (var i = 0; i < served.Count; i++)
        {
            served[i].Answer.SetResult(ids[i]);
        }
    }

    private sealed class Waiting(Order order)
    {
        public Order Order => order;

        public TaskCompletionSource<long?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
