using MediatR;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Ticketing.Api.Hosting;
using Ticketing.Application.Access;
using Ticketing.Application.Races;

namespace Ticketing.Api.Lab;

/// <summary>Runs races in the background, one at a time, and remembers the last ones.</summary>
/// <param name="server">To which the buyers order.</param>
/// <param name="mediator">Sets the events up.</param>
/// <param name="ledger">Counts what was sold.</param>
/// <param name="recorder">Records what the buyers go through.</param>
/// <param name="metrics">Their port is not the API's.</param>
/// <param name="lifetime">A server that stops ends its race.</param>
/// <param name="clock">Measures.</param>
/// <param name="logger">Is told of a race that has failed.</param>
public sealed class Races(IServer server, IMediator mediator, IEventLedger ledger, IRaceRecorder recorder, IOptions<MetricsOptions> metrics, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Races> logger)
{
    private const int MaxRemembered = 20;

    /// <summary>The steps of thousands of buyers are megabytes, so only the last races keep theirs.</summary>
    private const int MaxWithSteps = 3;

    private readonly Lock _lock = new();
    private readonly List<Race> _races = [];
    private int _lastId;

    /// <summary>Where the buyers order; null if they cannot.</summary>
    public Uri? Address => server.OwnAddress(metrics.Value);

    /// <summary>Starts a race.</summary>
    /// <param name="settings">The race.</param>
    /// <param name="actor">Who starts it.</param>
    /// <param name="authorization">What he has shown, which his buyers show too.</param>
    /// <param name="running">The race that runs, if this is why none was started.</param>
    /// <returns>Null if another one runs.</returns>
    public Race? Start(RaceSettings settings, Actor actor, string? authorization, out Race? running)
    {
        settings = settings.Complete();
        Race race;
        lock (_lock)
        {
            running = _races.Find(race => !race.IsOver);
            if (running is not null)
            {
                return null;
            }

            race = new(++_lastId, settings, clock);
            _races.Add(race);
            _races.SkipLast(MaxWithSteps).ToList().ForEach(old => old.ForgetSteps());
            if (_races.Count > MaxRemembered)
            {
                _races[0].Dispose();
                _races.RemoveAt(0);
            }
        }

        _ = RunAsync(race, actor, new Crowd(Address!, authorization, settings, clock));
        return race;
    }

    /// <summary>A race that is remembered, or null.</summary>
    public Race? Find(int id)
    {
        lock (_lock)
        {
            return _races.Find(race => race.Id == id);
        }
    }

    private async Task RunAsync(Race race, Actor actor, Crowd crowd)
    {
        using var buyers = crowd;
        await using var stopping = lifetime.ApplicationStopping.Register(race.Stop);
        try
        {
            await Task.Run(() => race.RunAsync(mediator, ledger, recorder, buyers, actor));
        }
        catch (Exception exception) // whatever it is: the race says that it has failed, and nobody waits for this
        {
            LabLog.RaceFailed(logger, race.Id, exception.GetBaseException().Message);
        }
    }
}
