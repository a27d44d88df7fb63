using System.Diagnostics.Metrics;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Application.Telemetry;

/// <summary>
/// All instruments, and the methods that record to them. Dashboards and alerts rely on their names, types and labels.
/// </summary>
/// <remarks>Times are in seconds. Names include the unit; instruments have none, because the exporter would append it.</remarks>
public sealed class TicketingMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Ticketing";

    /// <summary>The name of the meter that has one time series per event.</summary>
    public const string EventMeterName = "Ticketing.Events";

    /// <summary>
    /// The exporter keeps every set of labels, and merges them after 2,000. A process sees more events than that, so it replaces their meter
    /// before that.
    /// </summary>
    private const int MaxEventsPerMeter = 1000;

    private static readonly string[] _attemptStatuses = ["success", "failed", "sold_out"];
    private static readonly string[] _strategies = [.. Enum.GetValues<BookingStrategy>().Select(strategy => strategy.Name())];
    private static readonly BookingStatus[] _ends = [BookingStatus.Confirmed, BookingStatus.Released, BookingStatus.Expired, BookingStatus.Cancelled];
    private static readonly string[] _statuses = [.. Enumerable.Range(0, 600).Select(status => $"{status}")];

    private readonly TimeProvider _clock;
    private readonly Meter _meter = new(MeterName);
    private readonly HashSet<int> _eventsOfMeter = [];
    private readonly Counter<long> _httpRequests;
    private readonly Histogram<double> _httpDuration;
    private readonly UpDownCounter<long> _httpInProgress;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _transitions;
    private readonly Histogram<double> _expiryLag;
    private readonly Histogram<long> _batchOrders;
    private readonly Histogram<double> _batchDuration;
    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<double> _queryDuration;
    private readonly Histogram<double> _connectionWait;
    private readonly Counter<long> _connectionErrors;
    private readonly Counter<long> _cacheHits;
    private readonly Counter<long> _cacheMisses;

    private Meter _eventMeter = new(EventMeterName);
    private long _queueDepth;
    private long _replicaIncludesAllBefore;
    private volatile ProcessSample? _process;
    private volatile StockSnapshot _stock;

    /// <summary>Creates the instruments. Without a listener, they cost almost nothing.</summary>
    /// <param name="clock">Measures the age of the stock's figures.</param>
    public TicketingMetrics(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _stock = new([], _clock.GetTimestamp());
        var requestBuckets = Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30);
        var databaseBuckets = Buckets(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5);

        _httpRequests = _meter.CreateCounter<long>(
            "http_requests_total", description: "Answered requests, except metrics and health.");
        _httpDuration = _meter.CreateHistogram(
            "http_request_duration_seconds", description: "Time from the arrival of a request to the end of its response.", advice: requestBuckets);
        _httpInProgress = _meter.CreateUpDownCounter<long>(
            "http_requests_inprogress", description: "Requests in progress.");

        _attempts = _meter.CreateCounter<long>(
            "booking_attempts_total",
            description: "Decided orders: success (the booking or the hold is stored), sold_out, or failed (any other outcome). Replayed keys do not count.");
        _retries = _meter.CreateCounter<long>(
            "booking_retries_total", description: "Transactions that were retried after contention.");
        _transitions = _meter.CreateCounter<long>(
            "booking_transitions_total", description: "Bookings that have changed to a status: confirmed (holds only), released, expired, cancelled.");
        _expiryLag = _meter.CreateHistogram(
            "hold_expiry_lag_seconds", description: "Time from the deadline of a hold to the moment when its tickets were back.",
            advice: Buckets(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300));
        _batchOrders = _meter.CreateHistogram(
            "booking_batch_orders", description: "Orders per committed batch.", advice: new InstrumentAdvice<long>
            {
                HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
            });
        _batchDuration = _meter.CreateHistogram(
            "booking_batch_duration_seconds", description: "Duration of a batch's transaction, from its connection to the end of its COMMIT.", advice: databaseBuckets);
        _meter.CreateObservableGauge(
            "http_request_queue_depth", () => Interlocked.Read(ref _queueDepth) + Pool.Waiting,
            description: "Bookings that wait for a batch, a lock or a connection.");
        _queueDuration = _meter.CreateHistogram(
            "http_request_queue_duration_seconds", description: "Time that orders waited for their batch or lock.", advice: requestBuckets);

        _queryDuration = _meter.CreateHistogram(
            "db_query_duration_seconds",
            description: "Duration of statements by operation and table; connect is opening a connection. In a batch, update includes the COMMIT.",
            advice: databaseBuckets);
        _meter.CreateObservableGauge("db_connection_pool_size", () => Pool.Size, description: "Maximum number of connections in the pool; 0 without one.");
        _meter.CreateObservableGauge("db_connection_pool_used", () => Pool.Used, description: "Connections in use.");
        _meter.CreateObservableGauge("db_connection_pool_available", () => Pool.Size - Pool.Used, description: "Connections that the pool can still provide.");
        _meter.CreateObservableGauge("db_connection_pool_utilization", () => Pool.Utilization, description: "Share of the pool's connections that is in use, 0 to 1.");
        _meter.CreateObservableGauge(
            "db_connections_total", ConnectionsByState, description: "Connections of the pool: active, or idle; waiting are requests that wait for one. A gauge, in spite of its name.");
        _connectionWait = _meter.CreateHistogram(
            "db_connection_wait_duration_seconds",
            description: "Time that requests waited for a connection: in the pool on MariaDB, for the write lock on SQLite.", advice: databaseBuckets);
        _connectionErrors = _meter.CreateCounter<long>(
            "db_connection_errors_total", description: "Connections to the database that could not be opened, or were lost.");

        _meter.CreateObservableGauge(
            "db_replica_lag_seconds", OfReplica,
            description: "How long ago the newest commit was made that the replica may lack. Above 0.8, reads go to the primary.");

        _cacheHits = _meter.CreateCounter<long>("cache_hits_total", description: "Reads answered from the cache.");
        _cacheMisses = _meter.CreateCounter<long>("cache_misses_total", description: "Reads that the cache could not answer.");

        _meter.CreateObservableGauge(
            "backend_cpu_usage_percent", () => OfProcess(process => process.CpuPercent),
            description: "CPU time of this process over wall time, in the last half second; 100 is one core.");
        _meter.CreateObservableGauge(
            "backend_memory_usage_bytes", () => OfProcess(process => process.MemoryBytes), description: "Resident memory of this process.");
        _meter.CreateObservableGauge(
            "worker_utilization_percent", () => OfProcess(process => process.WorkerPercent),
            description: "Busy worker threads, as a percentage of the thread pool.");

        _meter.CreateObservableGauge(
            "tickets_snapshot_age_seconds", () => _clock.GetElapsedTime(_stock.TakenAt).TotalSeconds,
            description: "Age of tickets_remaining, tickets_held and tickets_oversold.");
        CreateEventGauges();
    }

    /// <summary>The connection pool of the database driver.</summary>
    public PoolUse Pool { get; set; } = new(0, 0, 0, 0);

    /// <summary>Exports the known sets of labels from the start, with the value 0.</summary>
    public void Begin()
    {
        foreach (var strategy in _strategies)
        {
            _retries.Add(0, Tag("strategy", strategy));
            foreach (var status in _attemptStatuses)
            {
                _attempts.Add(0, Tag("status", status), Tag("strategy", strategy));
            }
        }

        foreach (var end in _ends)
        {
            _transitions.Add(0, Tag("to", end.Name()));
        }

        foreach (var cache in Caches.All)
        {
            _cacheHits.Add(0, Tag("cache", cache));
            _cacheMisses.Add(0, Tag("cache", cache));
        }

        _connectionErrors.Add(0);
    }

    /// <summary>Exports a handler and its known statuses from the start, with the value 0.</summary>
    public void BeginHandler(string handler, string method, IEnumerable<int> statuses)
    {
        _httpInProgress.Add(0, Tag("handler", handler));
        foreach (var status in statuses)
        {
            _httpRequests.Add(0, Tag("handler", handler), Tag("method", method), Tag("status", _statuses[status]));
        }
    }

    /// <summary>A request has arrived.</summary>
    /// <param name="handler">Its route, such as <c>/book</c>.</param>
    public void RequestBegan(string handler) => _httpInProgress.Add(1, Tag("handler", handler));

    /// <summary>A request has ended, answered or abandoned.</summary>
    public void RequestEnded(string handler, string method, int status, TimeSpan duration)
    {
        _httpInProgress.Add(-1, Tag("handler", handler));
        _httpRequests.Add(
            1, Tag("handler", handler), Tag("method", method), Tag("status", (uint)status < _statuses.Length ? _statuses[status] : "other"));
        _httpDuration.Record(duration.TotalSeconds, Tag("handler", handler), Tag("method", method));
    }

    /// <summary>An order was decided; null if it ended with an exception.</summary>
    public void OrderDecided(BookingStrategy strategy, BookingOutcome? outcome)
    {
        if (outcome is BookingOutcome.Taken { Replayed: true })
        {
            return;
        }

        var status = outcome switch
        {
            BookingOutcome.Taken => "success",
            BookingOutcome.SoldOut => "sold_out",
            _ => "failed",
        };
        _attempts.Add(1, Tag("status", status), Tag("strategy", strategy.Name()));
    }

    /// <summary>A transaction is retried after contention.</summary>
    public void TransactionRetried(BookingStrategy strategy) => _retries.Add(1, Tag("strategy", strategy.Name()));

    /// <summary>A booking has changed its status.</summary>
    public void BookingChanged(BookingStatus to) => _transitions.Add(1, Tag("to", to.Name()));

    /// <summary>The tickets of a hold came back after its deadline.</summary>
    public void HoldExpired(TimeSpan lag) => _expiryLag.Record(Math.Max(0, lag.TotalSeconds));

    /// <summary>An order starts waiting.</summary>
    public void OrderQueued() => Interlocked.Increment(ref _queueDepth);

    /// <summary>An order stops waiting: it is taken, or was abandoned.</summary>
    public void OrderTaken(TimeSpan waited)
    {
        Interlocked.Decrement(ref _queueDepth);
        _queueDuration.Record(waited.TotalSeconds);
    }

    /// <summary>A batch was committed.</summary>
    public void BatchCommitted(int orders, TimeSpan duration)
    {
        _batchOrders.Record(orders);
        _batchDuration.Record(duration.TotalSeconds);
    }

    /// <summary>A statement has ended.</summary>
    /// <param name="operation"><c>select</c>, <c>insert</c>, <c>update</c> or <c>delete</c>.</param>
    /// <param name="table"><c>events</c> or <c>bookings</c>.</param>
    /// <param name="duration">Time to its first result.</param>
    public void QueryEnded(string operation, string table, TimeSpan duration) =>
        _queryDuration.Record(duration.TotalSeconds, Tag("operation", operation), Tag("table", table));

    /// <summary>A connection to the database was opened.</summary>
    public void ConnectionMade(TimeSpan duration) => _queryDuration.Record(duration.TotalSeconds, Tag("operation", "connect"), Tag("table", ""));

    /// <summary>A request waited for a connection.</summary>
    public void ConnectionWaitedFor(TimeSpan duration) => _connectionWait.Record(duration.TotalSeconds);

    /// <summary>A connection could not be opened, or was lost.</summary>
    public void ConnectionFailed() => _connectionErrors.Add(1);

    /// <summary>The replica has everything that was committed before this timestamp.</summary>
    public void ReplicaIncludesAllBefore(long timestamp) => Volatile.Write(ref _replicaIncludesAllBefore, timestamp);

    /// <summary>A cache had the answer.</summary>
    public void CacheHit(string cache) => _cacheHits.Add(1, Tag("cache", cache));

    /// <summary>A cache did not have the answer.</summary>
    public void CacheMissed(string cache) => _cacheMisses.Add(1, Tag("cache", cache));

    /// <summary>Sets the resource usage to export.</summary>
    public void Show(ProcessSample sample) => _process = sample;

    /// <summary>Sets the events whose stock is exported. Not thread-safe.</summary>
    public void Show(IReadOnlyList<EventStock> stock)
    {
        _eventsOfMeter.UnionWith(stock.Select(@event => @event.EventId));
        if (_eventsOfMeter.Count > MaxEventsPerMeter)
        {
            _eventsOfMeter.Clear();
            _eventMeter.Dispose();
            _eventMeter = new(EventMeterName);
            CreateEventGauges();
        }

        _stock = new(stock, _clock.GetTimestamp());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _eventMeter.Dispose();
    }

    private void CreateEventGauges()
    {
        _eventMeter.CreateObservableGauge(
            "tickets_remaining",
            () => _stock.Events.Select(@event => new Measurement<long>(@event.Available, Tag("event_id", @event.EventId))),
            description: "Tickets left; below zero if oversold. For the 50 newest events, those that this replica sold in the last 10 minutes, and all that are oversold.");
        _eventMeter.CreateObservableGauge(
            "tickets_held",
            () => _stock.Events.Select(@event => new Measurement<long>(@event.Held, Tag("event_id", @event.EventId))),
            description: "Tickets held for buyers who have not confirmed yet, for the same events as tickets_remaining.");
        _eventMeter.CreateObservableGauge(
            "tickets_oversold",
            () => _stock.Events.Select(@event => new Measurement<long>(
                Math.Max(0, -@event.Available - @event.Held), Tag("event_id", @event.EventId), Tag("strategy", @event.Strategy.Name()))),
            description: "Tickets sold beyond the total, for the same events as tickets_remaining.");
    }

    private IEnumerable<Measurement<long>> ConnectionsByState()
    {
        var pool = Pool;
        return [new(pool.Used, Tag("state", "active")), new(pool.Idle, Tag("state", "idle")), new(pool.Waiting, Tag("state", "waiting"))];
    }

    private IEnumerable<Measurement<double>> OfProcess(Func<ProcessSample, double> value) => _process is { } process ? [new(value(process))] : [];

    private IEnumerable<Measurement<double>> OfReplica() =>
        Volatile.Read(ref _replicaIncludesAllBefore) is var at and not 0 ? [new(_clock.GetElapsedTime(at).TotalSeconds)] : [];

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);

    private sealed record StockSnapshot(IReadOnlyList<EventStock> Events, long TakenAt);
}
