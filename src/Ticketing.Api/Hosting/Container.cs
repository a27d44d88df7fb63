namespace Ticketing.Api.Hosting;

/// <summary>Whether the process runs in a container, on which some defaults depend: fast on a terminal, careful in production.</summary>
internal static class Container
{
    /// <summary>Whether this process runs in a container; the .NET images set this variable.</summary>
    public static bool IsRunningInContainer { get; } = Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true";
}
