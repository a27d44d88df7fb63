using HdrHistogram;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Capacity;

/// <summary>
/// A discrete-event simulation of the way of an order: the cores of its replica, the queue and the only writer of its event there, the lock on the event's row, the
/// cores and the log of the database, and back. The same scenario has the same outcome.
/// </summary>
public sealed class Simulation
{
    private const double Second = 1_000_000;

    /// <summary>The round trips of <c>for_update</c>: BEGIN, SELECT … FOR UPDATE, UPDATE and INSERT, COMMIT.</summary>
    private const int ForUpdateTrips = 4;

    private readonly Clock _clock = new();
    private readonly Scenario _scenario;
    private readonly Costs _costs;
    private readonly Random _random;
    private readonly double[]? _upTo;
    private readonly Places? _machine;
    private readonly Database[] _databases;
    private readonly Replica[] _replicas;
    private readonly Dictionary<int, Places> _locks = [];
    private readonly LongHistogram _latency = new(1, (long)(3600 * Second), 3);
    private readonly double _from;
    private readonly double _until;
    private int _next;
    private long _booked;
    private long _busy;
    private double _latencies;
    private long _batches;
    private long _batched;
    private int _connections;
    private int _mostConnections;

    private Simulation(Scenario scenario)
    {
        _scenario = scenario;
        _costs = scenario.Costs;
        _random = new(scenario.Seed);
        _until = scenario.Seconds * 1.25 * Second;
        _from = _until - (scenario.Seconds * Second);
        _upTo = scenario.Skew == 0 ? null : UpTo(scenario);
        _machine = scenario.IsOneMachine ? new(_clock, scenario.CoresPerReplica) : null;
        _databases = [.. Enumerable.Range(0, scenario.Databases).Select(_ => _machine ?? new(_clock, scenario.CoresPerDatabase)).Select(cores => new Database(
            cores, new(_clock, cores, _costs.FlushCpu * scenario.FlushesPerCommit, _costs.Flush * scenario.FlushesPerCommit, scenario.SharesFlushes)))];
        _replicas = [.. Enumerable.Range(0, scenario.Replicas).Select(_ => new Replica(
            _machine ?? new(_clock, scenario.CoresPerReplica), [.. _databases.Select(_ => new Places(_clock, scenario.PoolSize))]))];
    }

    private bool IsMeasuring => _clock.Now >= _from;

    /// <summary>On a thread of the pool, which has no synchronization context: what waits goes on at once, where it was woken.</summary>
    public static Outcome Run(Scenario scenario) => Task.Run(() => new Simulation(scenario).Run()).GetAwaiter().GetResult();

    private Outcome Run()
    {
        for (var buyer = 0; buyer < _scenario.Buyers; buyer++)
        {
            _clock.Start(BuyAsync());
        }

        if (_scenario.Buyers is null)
        {
            Arrive();
        }

        _clock.Run(_from);
        var before = Times();
        _clock.Run(_until);
        var used = Times().Zip(before, (now, then) => (now - then) / (_until - _from)).ToList();
        return Describe(used);
    }

    /// <summary>The open loop: orders come at random.</summary>
    private void Arrive() => _clock.In(-Math.Log(1 - _random.NextDouble()) / _scenario.Rate * Second, () =>
    {
        _clock.Start(OrderAsync());
        Arrive();
    });

    private async Task BuyAsync()
    {
        await _clock.Delay(_random.NextDouble() * 1000); // not all at the same moment
        while (true)
        {
            await OrderAsync();
        }
    }

    private async Task OrderAsync()
    {
        var began = _clock.Now;
        var @event = DrawEvent();
        var replica = _replicas[_scenario.IsSpread ? _next++ % _replicas.Length : HashOf(@event) % _replicas.Length];
        await GenerateAsync();
        await replica.Cores.UseAsync(_costs.Http / 2);
        var isBooked = true;
        if (_scenario.IsBatched)
        {
            isBooked = await EnqueueAsync(replica, @event);
        }
        else
        {
            await BookForUpdateAsync(replica, @event);
        }

        await replica.Cores.UseAsync(_costs.Http / 2, goesFirst: true); // the thread that completes an order prefers what follows from it
        await GenerateAsync();
        Count(isBooked, _clock.Now - began);
    }

    private Task GenerateAsync() => _machine is null ? Task.CompletedTask : _machine.UseAsync(_costs.Generator / 2);

    /// <summary><c>batched</c>: waits until a batch with the order has committed.</summary>
    /// <returns>False if the queue is full.</returns>
    private Task<bool> EnqueueAsync(Replica replica, int @event)
    {
        if (!replica.Queues.TryGetValue(@event, out var queue))
        {
            replica.Queues[@event] = queue = new();
            _clock.Start(WriteAsync(replica, @event, queue));
        }

        if (queue.Count >= _scenario.QueueCapacity)
        {
            return Task.FromResult(false);
        }

        var order = new TaskCompletionSource<bool>();
        queue.Enqueue(order);
        return order.Task;
    }

    /// <summary>The only writer of an event in a replica: while one batch commits, the next gathers.</summary>
    private async Task WriteAsync(Replica replica, int @event, Queue<TaskCompletionSource<bool>> queue)
    {
        await _clock.Delay(0); // the first order is not in the queue yet
        while (queue.Count > 0)
        {
            var batch = Enumerable.Range(0, Math.Min(queue.Count, _scenario.MaxBatchSize)).Select(_ => queue.Dequeue()).ToList();
            var database = _databases[@event % _databases.Length];
            var row = LockOf(@event);
            await ConnectAsync(replica, @event);
            await replica.Cores.UseAsync(_costs.WriterPerBatch / 2);
            await _clock.Delay(_costs.RoundTrip / 2);
            await row.EnterAsync();
            await database.Cores.UseAsync(_costs.DatabasePerBatch / 2);
            await _clock.Delay(_costs.RoundTrip / 2);
            await replica.Cores.UseAsync((_costs.WriterPerBatch / 2) + (_costs.WriterPerOrder * batch.Count));
            await _clock.Delay(_costs.RoundTrip / 2);
            await database.Cores.UseAsync((_costs.DatabasePerBatch / 2) + (_costs.DatabasePerOrder * batch.Count));
            await CommitAsync(database, row);
            await _clock.Delay(_costs.RoundTrip / 2);
            Disconnect(replica, @event);
            _clock.Start(replica.Cores.UseAsync(_costs.BesidePerBatch));
            if (IsMeasuring)
            {
                _batches++;
                _batched += batch.Count;
            }

            batch.ForEach(order => order.SetResult(true));
        }

        replica.Queues.Remove(@event);
    }

    private async Task BookForUpdateAsync(Replica replica, int @event)
    {
        const int lockTrip = 1;
        var database = _databases[@event % _databases.Length];
        var row = LockOf(@event);
        await ConnectAsync(replica, @event);
        for (var trip = 0; trip < ForUpdateTrips; trip++)
        {
            await replica.Cores.UseAsync(_costs.ForUpdateApi / ForUpdateTrips);
            await _clock.Delay(_costs.RoundTrip / 2);
            if (trip == lockTrip)
            {
                await row.EnterAsync();
            }

            await database.Cores.UseAsync(_costs.ForUpdateDatabase / ForUpdateTrips);
            if (trip == ForUpdateTrips - 1)
            {
                await CommitAsync(database, row);
            }

            await _clock.Delay(_costs.RoundTrip / 2);
        }

        Disconnect(replica, @event);
    }

    private async Task CommitAsync(Database database, Places row)
    {
        if (!_scenario.HasBinlog)
        {
            row.Leave();
        }

        await database.Log.FlushAsync();
        if (_scenario.HasBinlog)
        {
            row.Leave();
        }
    }

    private async Task ConnectAsync(Replica replica, int @event)
    {
        await replica.Pools[@event % _databases.Length].EnterAsync();
        _mostConnections = Math.Max(_mostConnections, ++_connections);
    }

    private void Disconnect(Replica replica, int @event)
    {
        _connections--;
        replica.Pools[@event % _databases.Length].Leave();
    }

    private Places LockOf(int @event)
    {
        if (!_locks.TryGetValue(@event, out var row))
        {
            _locks[@event] = row = new(_clock, 1);
        }

        return row;
    }

    private void Count(bool isBooked, double latency)
    {
        if (!IsMeasuring)
        {
            return;
        }

        if (isBooked)
        {
            _booked++;
            _latencies += latency;
            _latency.RecordValue(Math.Max(1, (long)latency));
        }
        else
        {
            _busy++;
        }
    }

    private int DrawEvent()
    {
        if (_upTo is null)
        {
            return _random.Next(_scenario.Events);
        }

        var found = Array.BinarySearch(_upTo, _random.NextDouble() * _upTo[^1]);
        return Math.Min(found < 0 ? ~found : found, _upTo.Length - 1);
    }

    /// <summary>Spreads numbers that follow each other, as the edge's hash does.</summary>
    private static int HashOf(int @event) => (int)((((uint)@event + 1) * 2654435761u) >> 8);

    private static double[] UpTo(Scenario scenario)
    {
        var sum = 0.0;
        return [.. Enumerable.Range(1, scenario.Events).Select(rank => sum += Math.Pow(rank, -scenario.Skew))];
    }

    /// <summary>In this order: each replica, each database, each log, the hottest lock, each pool.</summary>
    private List<double> Times() =>
    [
        .. _replicas.Select(replica => replica.Cores.Used / replica.Cores.Count),
        .. _databases.Select(database => database.Cores.Used / database.Cores.Count),
        .. _databases.Select(database => database.Log.Used),
        LockOf(0).Used,
        .. _replicas.SelectMany(replica => replica.Pools).Select(pool => pool.Used / pool.Count),
    ];

    private Outcome Describe(List<double> used)
    {
        var api = used[.._replicas.Length];
        var databases = used.Slice(api.Count, _databases.Length);
        var log = used.Slice(api.Count + databases.Count, _databases.Length).Max();
        var row = used[api.Count + (2 * databases.Count)];
        var pool = used[(api.Count + (2 * databases.Count) + 1)..].Max();
        var booked = _booked / _scenario.Seconds;
        var @event = _scenario.IsBatched ? EventShare(booked) : row;
        List<(string Name, double Share)> limits = _machine is null
            ? [("API cores", api.Max()), ("database cores", databases.Max()), ("the hottest event", @event)]
            : [("the machine's cores", api.Max()), ("the hottest event", @event)];
        if (!_scenario.SharesFlushes)
        {
            limits.Add(("the log", log));
        }

        const double full = 0.98;
        if (limits.TrueForAll(limit => limit.Share < full))
        {
            limits.Add(("the connection pool", pool)); // otherwise it is full because of what its connections wait for
        }

        return new()
        {
            BookedPerSecond = booked,
            BusyPerSecond = _busy / _scenario.Seconds,
            Latency = LatencySummary.Of(_latency),
            MeanLatency = _latencies / Math.Max(1, _booked) / 1000,
            BatchSize = _batches == 0 ? 1 : _batched / (double)_batches,
            ApiShare = api.Max(),
            MeanApiShare = api.Average(),
            DatabaseShare = databases.Max(),
            MeanDatabaseShare = databases.Average(),
            LogShare = log,
            EventShare = @event,
            PoolShare = pool,
            Connections = _mostConnections,
            Limit = limits.MaxBy(limit => limit.Share),
        };
    }

    /// <summary>A writer is always at work, as its batches grow with the load; so what counts is how many orders full batches could carry.</summary>
    private double EventShare(double booked)
    {
        var full = _scenario.MaxBatchSize;
        var writers = _scenario.IsSpread ? _replicas.Length : 1;
        return booked * _scenario.HottestShare / full / Second * Math.Max(_scenario.WriterTime(full) / writers, _scenario.LockTime(full));
    }

    private sealed record Database(Places Cores, FlushLog Log);

    /// <param name="Pools">Its connections to each database.</param>
    private sealed record Replica(Places Cores, Places[] Pools)
    {
        /// <summary>The events that have orders here, with those that wait.</summary>
        public Dictionary<int, Queue<TaskCompletionSource<bool>>> Queues { get; } = [];
    }
}
