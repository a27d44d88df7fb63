using Ticketing.Application.Faults;

namespace Ticketing.Api.Lab;

/// <summary>Causes faults in the background, each for a minute.</summary>
/// <param name="faults">What can go wrong.</param>
/// <param name="lifetime">A server that stops ends them.</param>
/// <param name="clock">Measures.</param>
/// <param name="logger">Is told, so that nobody looks for another cause.</param>
public sealed class Faults(IEnumerable<IFault> faults, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Faults> logger)
{
    private static readonly TimeSpan _length = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _ends = [];

    /// <summary>All faults, as they are now.</summary>
    public IReadOnlyList<FaultState> Read() => [.. faults.Select(Read)];

    /// <summary>Causes a fault, unless it lasts already.</summary>
    /// <param name="name">Its name, which exists.</param>
    /// <returns>How it is now.</returns>
    public FaultState Cause(string name)
    {
        var fault = faults.Single(fault => fault.Name == name);
        lock (_lock)
        {
            if (_ends.TryAdd(name, clock.GetUtcNow() + _length))
            {
                _ = RunAsync(fault);
            }
        }

        return Read(fault);
    }

    private FaultState Read(IFault fault)
    {
        lock (_lock)
        {
            return new(fault.Name, _ends.TryGetValue(fault.Name, out var end) ? end : null, Available: fault.WhyUnavailable is null, fault.WhyUnavailable);
        }
    }

    private async Task RunAsync(IFault fault)
    {
        LabLog.FaultBegins(logger, fault.Name, _length.TotalSeconds);
        try
        {
            await Task.Run(() => fault.CauseAsync(_length, lifetime.ApplicationStopping));
            LabLog.FaultEnds(logger, fault.Name);
        }
        catch (Exception exception) // whatever it is: the fault is over, and nobody waits for this
        {
            LabLog.FaultFailed(logger, fault.Name, exception.GetBaseException().Message);
        }

        lock (_lock)
        {
            _ends.Remove(fault.Name);
        }
    }
}

/// <summary>A fault as it is now.</summary>
/// <param name="Fault" example="slow_database">Its name.</param>
/// <param name="EndsAt">When it ends; null if it does not last.</param>
/// <param name="Available">Whether it can be caused here.</param>
/// <param name="Reason">Why it cannot be caused here; null if it can.</param>
public sealed record FaultState(string Fault, DateTimeOffset? EndsAt, bool Available, string? Reason);
