using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ticketing.RaceLab.Http;

namespace Ticketing.RaceLab.Load;

/// <summary>Sends what a <see cref="LoadPlan"/> says to one or several servers, and counts the answers.</summary>
/// <param name="servers">The servers, over which the buyers are spread.</param>
/// <param name="eventIds">The events, over which the orders are spread.</param>
/// <param name="keyPrefix">Makes the keys of this load unique.</param>
public sealed class LoadGenerator(LoadPlan plan, IReadOnlyList<Uri> servers, IReadOnlyList<int> eventIds, string keyPrefix, Tally tally)
{
    private static readonly TimeSpan _linger = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _pauseAfterLoss = TimeSpan.FromMilliseconds(50);

    private readonly List<HttpConnection> _connections = [];
    private long _orders;
    private long _arrivals = -1;
    private long _began;
    private volatile bool _isStopped;

    /// <summary>Sends until the time is up or it is cancelled, and waits for outstanding answers.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var endPoints = await Task.WhenAll(servers.Select(ResolveAsync));
        for (var i = 0; i < plan.Buyers; i++)
        {
            _connections.Add(new(endPoints[i % endPoints.Length]));
        }

        try
        {
            if (plan.RampUp == TimeSpan.Zero)
            {
                await OpenAllAsync();
            }

            var senders = Enumerable.Range(0, plan.Buyers).Select(index => new Sender(this, index)).ToList();
            await Task.WhenAll(senders.Select(sender => sender.HoldBeforehandAsync()));
            _began = Stopwatch.GetTimestamp();
            tally.Begin();
            using var done = new CancellationTokenSource();
            var watch = WatchAsync(done.Token, cancellationToken);
            await Task.WhenAll(Enumerable.Range(0, plan.Buyers).Select(index => Task.Run(() => plan.Rate is { } rate
                ? ServeArrivalsAsync(senders[index], rate)
                : BuyAsync(senders[index], index))));
            senders.ForEach(sender => sender.WalkAway());
            if (plan.Rate is { } perSecond)
            {
                CountUnsent(perSecond);
            }

            await done.CancelAsync();
            await watch;
        }
        finally
        {
            _connections.ForEach(connection => connection.Dispose());
        }
    }

    /// <summary>Closed loop: a buyer sends the next request after the answer and the think time.</summary>
    private async Task BuyAsync(Sender sender, int index)
    {
        await Task.Delay(plan.RampUp * index / plan.Buyers);
        var end = plan.Duration - (plan.RampDown * index / plan.Buyers);
        while (!_isStopped && Stopwatch.GetElapsedTime(_began) < end && sender.HasMore)
        {
            await sender.SendAsync(Stopwatch.GetTimestamp());
            if (plan.ThinkTime > TimeSpan.Zero)
            {
                await Task.Delay(plan.ThinkTime);
            }
        }
    }

    /// <summary>
    /// Open loop: each order has its time, whatever the response times, and latency counts from there. Counted from when a connection was free,
    /// it would omit the time for which a slow server makes buyers wait.
    /// </summary>
    private async Task ServeArrivalsAsync(Sender sender, double rate)
    {
        while (!_isStopped)
        {
            var due = TimeSpan.FromSeconds(Interlocked.Increment(ref _arrivals) / rate);
            if (due >= plan.Duration)
            {
                return;
            }

            if (due - Stopwatch.GetElapsedTime(_began) is { Ticks: > 0 } early)
            {
                await Task.Delay(early);
            }

            // A buyer who was not served within the timeout, or by the end of the sale, has left.
            var now = Stopwatch.GetElapsedTime(_began);
            if (now >= plan.Duration || now - due > plan.Timeout)
            {
                tally.Drop();
                continue;
            }

            await sender.SendAsync(_began + (long)(due.TotalSeconds * Stopwatch.Frequency));
        }
    }

    /// <summary>Arrivals that were due, and that no connection could send.</summary>
    private void CountUnsent(double rate)
    {
        var due = (long)(Math.Min(Stopwatch.GetElapsedTime(_began).TotalSeconds, plan.Duration.TotalSeconds) * rate);
        for (var arrival = Interlocked.Read(ref _arrivals) + 1; arrival < due; arrival++)
        {
            tally.Drop();
        }
    }

    private async Task WatchAsync(CancellationToken done, CancellationToken cancelled)
    {
        long? soldOutAt = null;
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(50, CancellationToken.None);
            foreach (var connection in _connections)
            {
                connection.AbortWhenBusyFor(plan.Timeout);
            }

            if (soldOutAt is null && tally.SoldOut > 0)
            {
                soldOutAt = Stopwatch.GetTimestamp();
            }

            _isStopped = cancelled.IsCancellationRequested
                || (plan.StopWhenSoldOut && soldOutAt is { } at && Stopwatch.GetElapsedTime(at) > _linger);
        }
    }

    private async Task OpenAllAsync()
    {
        foreach (var connection in _connections)
        {
            try
            {
                await connection.OpenAsync();
            }
            catch (CannotConnectException)
            {
                return; // its first request will fail, and be counted
            }
        }
    }

    private static async Task<EndPoint> ResolveAsync(Uri server)
    {
        var addresses = await Dns.GetHostAddressesAsync(server.DnsSafeHost);
        var address = addresses.FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        return new IPEndPoint(address, server.Port);
    }

    /// <summary>One connection, with its prepared requests and its own random numbers.</summary>
    private sealed class Sender
    {
        private readonly LoadGenerator _load;
        private readonly Uri _server;
        private readonly HttpConnection _connection;
        private readonly Random _random;
        private readonly OrderRequest[] _orders;
        private readonly byte[] _status;
        private readonly byte[] _health;
        private readonly byte[] _live;
        private readonly Queue<(Order Order, long HoldId)> _held = new();
        private int _nextEvent;

        public Sender(LoadGenerator load, int index)
        {
            var server = load.Servers[index % load.Servers.Count];
            _load = load;
            _server = server;
            _connection = load._connections[index];
            _random = new(unchecked((load.Plan.Seed * 1_000_003) + index));
            _orders = [.. load.EventIds.Select(id => new OrderRequest(server, id, load.Plan.UseKeys ? load.KeyPrefix : null, load.Plan.Hold?.Seconds))];
            _status = PlainRequest.Get(server, load.EventIds is [var first, ..] ? $"/status?event_id={first}" : "/status");
            _health = PlainRequest.Get(server, "/health");
            _live = PlainRequest.Get(server, "/health/live");
            _nextEvent = index;
        }

        /// <summary>False if all holds that were made beforehand have ended.</summary>
        public bool HasMore => _load.Plan.Hold is not { Beforehand: > 0 } || _held.Count > 0;

        public async Task HoldBeforehandAsync()
        {
            for (var i = 0; i < _load.Plan.Hold?.Beforehand; i++)
            {
                await OrderAsync(Stopwatch.GetTimestamp(), (order, holdId) =>
                {
                    _held.Enqueue((order, holdId));
                    return Task.CompletedTask;
                });
            }
        }

        /// <summary>The time is up: what is still held was not ended.</summary>
        public void WalkAway()
        {
            while (_held.TryDequeue(out var held))
            {
                _load.Tally.CountEnd(held.Order, held.HoldId, HoldEnd.None, answer: null, TimeSpan.Zero);
            }
        }

        public ValueTask SendAsync(long started) => _load.Plan.Mix.Draw(_random) switch
        {
            RequestKind.Order when _held.TryDequeue(out var held) => EndAsync(held.Order, held.HoldId),
            RequestKind.Order => OrderAsync(started, (order, holdId) => EndAsync(order, holdId).AsTask()),
            RequestKind.Status => GetAsync(RequestKind.Status, _status, started),
            RequestKind.Live => GetAsync(RequestKind.Live, _live, started),
            _ => GetAsync(RequestKind.Health, _health, started),
        };

        private async ValueTask OrderAsync(long started, Func<Order, long, Task> whenHeld)
        {
            var which = _nextEvent++ % _orders.Length;
            var quantities = _load.Plan.Quantities;
            var order = new Order(
                Interlocked.Increment(ref _load._orders),
                _load.EventIds[which],
                _random.Next(1, int.MaxValue),
                quantities.Count == 1 ? quantities[0] : quantities[_random.Next(quantities.Count)]);
            try
            {
                var answer = await _connection.ExchangeAsync(_orders[which].Write(order));
                _load.Tally.Count(order, answer, Stopwatch.GetElapsedTime(started));
                if (answer.IsSuccess && answer.NumberAfter("\"hold_id\":"u8) is { } holdId)
                {
                    await whenHeld(order, holdId);
                }
            }
            catch (AnswerLostException)
            {
                _load.Tally.CountUncertain(order);
                _load.Tally.CountFailure("answer lost");
                await Task.Delay(_pauseAfterLoss);
            }
            catch (CannotConnectException)
            {
                _load.Tally.CountFailure("no connection");
                await Task.Delay(_pauseAfterLoss);
            }
        }

        private async ValueTask EndAsync(Order order, long holdId)
        {
            var end = _load.Plan.Hold!.Draw(_random);
            if (end == HoldEnd.None)
            {
                _load.Tally.CountEnd(order, holdId, end, answer: null, TimeSpan.Zero);
                return;
            }

            if (_load.Plan.ThinkTime > TimeSpan.Zero)
            {
                await Task.Delay(_load.Plan.ThinkTime);
            }

            var started = Stopwatch.GetTimestamp();
            try
            {
                var answer = await _connection.ExchangeAsync(PlainRequest.End(_server, holdId, end));
                _load.Tally.CountEnd(order, holdId, end, answer, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception exception) when (exception is AnswerLostException or CannotConnectException)
            {
                _load.Tally.CountEnd(order, holdId, end, answer: null, TimeSpan.Zero);
                await Task.Delay(_pauseAfterLoss);
            }
        }

        private async ValueTask GetAsync(RequestKind kind, byte[] request, long started)
        {
            try
            {
                var answer = await _connection.ExchangeAsync(request);
                _load.Tally.Count(kind, answer, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception exception) when (exception is AnswerLostException or CannotConnectException)
            {
                _load.Tally.CountFailure(exception is AnswerLostException ? "answer lost" : "no connection");
                await Task.Delay(_pauseAfterLoss);
            }
        }
    }

    private LoadPlan Plan => plan;

    private IReadOnlyList<Uri> Servers => servers;

    private IReadOnlyList<int> EventIds => eventIds;

    private string KeyPrefix => keyPrefix;

    private Tally Tally => tally;
}
