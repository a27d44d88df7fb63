namespace Ticketing.ContainerTests;

/// <summary>A container as the engine describes it, with the engine's names.</summary>
public sealed record Container(string Id, string Name, ContainerState State, ImageSettings Config, ContainerLimits HostConfig)
{
    public string Service => Config.Labels["com.docker.compose.service"];

    public bool IsHealthy => State is { Running: true, Health.Status: "healthy" };

    public override string ToString() => $"{Name} {State.Status} {State.Health?.Status} {State.ExitCode}";
}

/// <summary>What it is doing.</summary>
/// <param name="Running">Whether it runs.</param>
/// <param name="Status">The same in a word.</param>
/// <param name="ExitCode">With what it ended.</param>
/// <param name="OOMKilled">Whether the kernel ended it because it used more memory than it may.</param>
/// <param name="FinishedAt">When it ended last.</param>
/// <param name="Pid">Its first process, as the engine's machine counts.</param>
/// <param name="Health">What its health check says, if it has one.</param>
public sealed record ContainerState(bool Running, string Status, int ExitCode, bool OOMKilled, DateTimeOffset FinishedAt, int Pid, ContainerHealth? Health);

/// <summary>What a health check says.</summary>
public sealed record ContainerHealth(string Status);

/// <summary>What the kernel holds it to.</summary>
public sealed record ContainerLimits(bool ReadonlyRootfs, long Memory, long NanoCpus, long CpuQuota, long CpuPeriod)
{
    /// <summary>How many processors it may use; engines say it in one way or the other.</summary>
    public double Cpus => NanoCpus > 0 ? NanoCpus / 1e9 : CpuQuota / (double)Math.Max(1, CpuPeriod);
}

/// <summary>What an image says of itself; a container has it too.</summary>
public sealed record ImageSettings(string User, IReadOnlyDictionary<string, string> Labels, ImageHealthCheck? Healthcheck)
{
    public string? Version => Labels.GetValueOrDefault("org.opencontainers.image.version");
}

/// <summary>The command of a health check.</summary>
public sealed record ImageHealthCheck(IReadOnlyList<string> Test);
