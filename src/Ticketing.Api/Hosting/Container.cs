namespace Ticketing.Api.Hosting;

/// <summary>What a program wants to know before it chooses a default: on a terminal it should be quick, in production it should be careful.</summary>
internal static class Container
{
    /// <summary>Whether this process runs in one; the .NET images say so.</summary>
    public static bool IsAround { get; } = Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true";
}
