using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Events;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Hosting;
using Ticketing.Infrastructure.Reads;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>Sends the orders of this replica, and waits for their answers. Where none comes, it finds out what became of them.</summary>
internal sealed class OrderSender(
    IEventRepository events,
    OrderStreams streams,
    OrderConsumers consumers,
    BrokerDatabase database,
    LatestStock latest,
    TicketingMetrics metrics,
    IOptions<BookingOptions> options,
    TimeProvider clock,
    ILogger<OrderSender> logger) : IAsyncDisposable
{
    /// <summary>How often to check for orders without an answer.</summary>
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(250);

    /// <summary>Time limit of a look-up; the next one tries again.</summary>
    private static readonly TimeSpan _lookUp = TimeSpan.FromSeconds(1);

    /// <summary>How many orders are looked up in one transaction.</summary>
    private const int MaxLookUp = 1000;

    private static readonly TimeSpan _clockIsGoodFor = TimeSpan.FromSeconds(1); // another server may answer, with another clock

    /// <summary>The name of this replica. Another one every time it starts, so that its internal keys are its own.</summary>
    private readonly string _name = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    private readonly ConcurrentDictionary<long, WaitingOrder> _waiting = new();
    private readonly ConcurrentDictionary<int, bool> _beingLookedUp = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Task? _watching;
    private long _lastNumber;

    /// <summary>Sends an order, and returns its outcome.</summary>
    public async Task<BookingOutcome> SendAsync(BookTicketCommand order)
    {
        if (!streams.IsConnected || !await HasStartedAsync())
        {
            return new BookingOutcome.Busy(BusyReason.BrokerUnavailable);
        }

        if (await events.FindAsync(order.EventId, CancellationToken.None) is not { } @event)
        {
            return BookingOutcome.EventNotFound.Instance;
        }

        if (consumers.Join(@event) is not { } consumer)
        {
            return new BookingOutcome.Busy(BusyReason.QueueFull);
        }

        var number = NextNumber();
        var deadline = database.Now + TimeSpan.FromSeconds(options.Value.PatienceSeconds);
        var attempt = new QueuedOrder(QueuedOrder.WithKey(order, _name, number), deadline, consumer.Number, _name, number, MayBeDecided: false)
        {
            TraceParent = Activity.Current is { Recorded: true } activity ? activity.Id : null,
        };
        var waiting = new WaitingOrder(consumer, attempt, clock);
        metrics.OrderQueued();
        try
        {
            _waiting[number] = waiting;
            consumer.Outbox.Send(waiting, attempt);
            return await waiting.Answer;
        }
        finally
        {
            _waiting.TryRemove(waiting.Order.Number, out _); // it is answered, so it has no other number any more
            metrics.OrderTaken(waiting.Waited);
            consumer.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await (_watching ?? Task.CompletedTask);
        _stopping.Dispose();
        _starting.Dispose();
    }

    private long NextNumber() => Interlocked.Increment(ref _lastNumber);

    /// <summary>Before the first order: listens for answers, and reads the database's clock.</summary>
    private async ValueTask<bool> HasStartedAsync()
    {
        if (_watching is not null)
        {
            return true;
        }

        if (!await _starting.WaitAsync(_lookUp))
        {
            return false;
        }

        try
        {
            if (_watching is null)
            {
                await database.ReadClockAsync(_clockIsGoodFor);
                await streams.ReceiveAsync(_name, Receive);
                streams.OnLost(DoubtAll);
                _watching = Detached.Run(WatchAsync);
            }

            return true;
        }
        catch (Exception exception) when (exception.IsRedisFault())
        {
            return false;
        }
        finally
        {
            _starting.Release();
        }
    }

    private void DoubtAll()
    {
        foreach (var order in _waiting.Values)
        {
            order.MayBeLost = true;
        }
    }

    private void Receive(byte[] message)
    {
        OrderAnswers answers;
        try
        {
            answers = OrderAnswers.FromJson(message);
        }
        catch (JsonException exception)
        {
            BookingLog.AnswerNotUnderstood(logger, exception.Message);
            return;
        }

        if (answers.Left is { } left)
        {
            latest.Saw(answers.EventId, left);
        }

        foreach (var (number, outcome) in answers.Answers)
        {
            if (!_waiting.TryGetValue(number, out var waiting))
            {
                continue; // answered, or sent again
            }

            waiting.Consumer.Number = answers.Consumer;
            if (outcome is not null)
            {
                waiting.Complete(outcome, number);
            }
            else
            {
                SendAgain(waiting);
            }
        }
    }

    /// <summary>A consumer does not know whether the buyer was answered. Here it is known: nothing that was answered is sent again.</summary>
    private void SendAgain(WaitingOrder waiting)
    {
        var (earlier, next) = (waiting.Order.Number, NextNumber());
        _waiting[next] = waiting; // before the order gets the number, under which it is removed when it is answered
        if (waiting.TryRepeat(next) is { } order)
        {
            _waiting.TryRemove(earlier, out _);
            waiting.Consumer.Outbox.Send(waiting, order);
        }
        else
        {
            _waiting.TryRemove(next, out _);
        }
    }

    /// <summary>Checks for orders that have no answer in time, or may be lost.</summary>
    private async Task WatchAsync()
    {
        var readingClock = Task.CompletedTask;
        using var timer = new PeriodicTimer(_period, clock);
        while (await timer.NextAsync(_stopping.Token))
        {
            foreach (var late in _waiting.Values.Where(order => order.Waited > options.Value.OrderTimeLimit + BookingOptions.Grace))
            {
                late.Complete(BookingOutcome.Unknown.Instance, late.Order.Number);
            }

            // Each with its attempt at this moment: it may be sent again meanwhile, and what is found here does not hold for a later attempt.
            var patience = TimeSpan.FromSeconds(options.Value.PatienceSeconds) + BookingOptions.Grace;
            var unanswered = _waiting.Values.Where(order => order.MayBeLost || order.Waited > patience).Select(order => (Order: order, Attempt: order.Order)).ToLookup(pair => pair.Attempt.CanBeDecided);
            foreach (var (order, attempt) in unanswered[false])
            {
                order.Complete(new BookingOutcome.Busy(order.MayBeLost ? BusyReason.BrokerUnavailable : BusyReason.Contention), attempt.Number);
            }

            // An event whose row is locked delays the look-ups of no other.
            foreach (var orders in unanswered[true].GroupBy(pair => (EventId: pair.Order.Consumer.Stream.EventId, pair.Order.MayBeLost)).Where(orders => _beingLookedUp.TryAdd(orders.Key.EventId, true)))
            {
                _ = LookUpAsync([.. orders.Take(MaxLookUp)], orders.Key.MayBeLost);
            }

            if (readingClock.IsCompleted)
            {
                readingClock = ReadClockAsync();
            }
        }
    }

    private async Task ReadClockAsync()
    {
        try
        {
            await database.ReadClockAsync(_clockIsGoodFor);
        }
        catch (Exception)
        {
            // The last reading serves.
        }
    }

    private async Task LookUpAsync(IReadOnlyList<(WaitingOrder Order, QueuedOrder Attempt)> orders, bool mustEnd)
    {
        try
        {
            var outcomes = await database.FindAsync([.. orders.Select(pair => pair.Attempt)], mustEnd, _lookUp).WaitAsync(_lookUp + BookingOptions.Grace);
            for (var i = 0; i < orders.Count; i++)
            {
                if (outcomes[i] is { } outcome)
                {
                    orders[i].Order.Complete(outcome, orders[i].Attempt.Number, wasLookedUp: true);
                }
            }
        }
        catch (Exception exception)
        {
            BookingLog.OrdersNotFound(logger, orders.Count, orders[0].Order.Consumer.Stream.EventId, exception.GetBaseException().Message);
        }
        finally
        {
            _beingLookedUp.TryRemove(orders[0].Order.Consumer.Stream.EventId, out _);
        }
    }
}
