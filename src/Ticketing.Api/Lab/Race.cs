using System.Runtime.CompilerServices;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Events.SetupEvent;
using Ticketing.Application.Races;
using Ticketing.Domain;

namespace Ticketing.Api.Lab;

/// <summary>One race, from its start until it is forgotten.</summary>
/// <param name="id">Its id.</param>
/// <param name="settings">Complete settings.</param>
/// <param name="clock">Measures.</param>
public sealed class Race(int id, RaceSettings settings, TimeProvider clock) : IDisposable
{
    /// <summary>How often those who watch are told of news.</summary>
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(100);

    private readonly List<RaceLane> _lanes = [.. settings.Strategies!.Select(strategy => new RaceLane(strategy, settings, clock))];
    private readonly CancellationTokenSource _stop = new();
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private volatile RaceStatus _status;

    /// <summary>Its id.</summary>
    public int Id => id;

    /// <summary>Whether nothing changes any more.</summary>
    public bool IsOver => _status != RaceStatus.Running;

    /// <summary>Ends it early: no more buyers are sent.</summary>
    public void Stop()
    {
        if (!IsOver)
        {
            _stop.Cancel();
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="mediator">Sets the events up.</param>
    /// <param name="ledger">Counts what was sold.</param>
    /// <param name="recorder">Records what the buyers go through.</param>
    /// <param name="crowd">The buyers.</param>
    /// <param name="actor">Who started it.</param>
    /// <exception cref="Exception">It could not go on.</exception>
    internal async Task RunAsync(IMediator mediator, IEventLedger ledger, IRaceRecorder recorder, Crowd crowd, Actor actor)
    {
        try
        {
            foreach (var lane in _lanes)
            {
                var @event = await mediator.Send(
                    new SetupEventCommand($"Race {id}: {lane.Strategy.Name()}", settings.Tickets, lane.Strategy) { Kind = EventKind.Race, Actor = actor }, _stop.Token);
                lane.EventId = @event!.EventId; // an event without rules of its own is never refused
            }

            foreach (var heat in settings.Together ? [_lanes] : _lanes.Select(lane => (List<RaceLane>)[lane]))
            {
                foreach (var lane in heat)
                {
                    lane.Recording = recorder.Begin(lane.EventId!.Value);
                }

                await crowd.BuyAsync(heat, _stop.Token);
            }

            foreach (var lane in _lanes)
            {
                lane.Counted = await ledger.CountAsync(lane.EventId!.Value, CancellationToken.None);
            }

            _status = _stop.IsCancellationRequested ? RaceStatus.Stopped : RaceStatus.Finished;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _status = RaceStatus.Stopped;
        }
        finally
        {
            _lanes.ForEach(lane => lane.Recording?.Dispose());
            if (!IsOver)
            {
                _status = RaceStatus.Failed;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>What the buyers of a strategy went through, as far as it is known; null if it does not race, not yet, or if that is forgotten.</summary>
    public RaceSteps? ReadSteps(BookingStrategy strategy) => _lanes.Find(lane => lane.Strategy == strategy)?.Recording?.Read();

    /// <summary>Forgets what the buyers went through.</summary>
    public void ForgetSteps() => _lanes.ForEach(lane => lane.Recording = null);

    /// <summary>How it stands, with all points.</summary>
    public RaceState Read() => Read(_lanes.Select(_ => 0));

    /// <summary>How it stands, again and again, each time with the points that are new, until it is over, or nobody wants to know any more.</summary>
    public async IAsyncEnumerable<RaceState> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new int[_lanes.Count];
        while (true)
        {
            var state = Read(seen);
            yield return state;
            if (state.Status != RaceStatus.Running)
            {
                yield break;
            }

            for (var i = 0; i < seen.Length; i++)
            {
                seen[i] = state.Lanes[i].PointsFrom + state.Lanes[i].Points.Count;
            }

            await Task.Delay(_period, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                yield break;
            }
        }
    }

    /// <summary>The status first: once it says that the race is over, the lanes do not change any more.</summary>
    private RaceState Read(IEnumerable<int> pointsFrom)
    {
        var status = _status;
        return new(id, status, _startedAt, settings, [.. _lanes.Zip(pointsFrom, (lane, from) => lane.Read(from))]);
    }
}
