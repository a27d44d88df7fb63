using System.Net.Sockets;
using DotNet.Testcontainers.Builders;

namespace Ticketing.TestServers;

/// <summary>The Docker engine that the <c>docker</c> command would speak to: the client alone does not help.</summary>
public static class DockerEngine
{
    private const string DefaultEndpoint = "unix:///var/run/docker.sock";

    private static readonly Lazy<Task<string?>> _endpoint = new(FindAsync);

    public static async Task<bool> AnswersAsync() => await _endpoint.Value is not null;

    /// <summary>A container on this engine.</summary>
    /// <exception cref="InvalidOperationException">No engine answers.</exception>
    internal static async Task<ContainerBuilder> ContainerAsync(string image)
    {
        var endpoint = await _endpoint.Value ?? throw new InvalidOperationException("No Docker engine answers.");
        return new ContainerBuilder(image).WithDockerEndpoint(endpoint);
    }

    private static async Task<string?> FindAsync()
    {
        if (TestLength.IsFast)
        {
            return null;
        }

        var endpoint = Environment.GetEnvironmentVariable("DOCKER_HOST") ?? await ReadContextAsync() ?? DefaultEndpoint;
        return await AnswersAsync(endpoint) ? endpoint : null;
    }

    /// <summary>The endpoint of the current <c>docker context</c>; null where there is no client, or one that cannot tell.</summary>
    private static async Task<string?> ReadContextAsync()
    {
        try
        {
            return ManagedProcess.Find("docker") is { } docker
                && await ManagedProcess.RunAsync(docker, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}") is { Length: > 0 } endpoint
                && Uri.IsWellFormedUriString(endpoint, UriKind.Absolute)
                ? endpoint
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<bool> AnswersAsync(string endpoint)
    {
        var socket = endpoint.StartsWith("unix://", StringComparison.Ordinal) ? endpoint["unix://".Length..] : null;
        using var handler = new SocketsHttpHandler();
        if (socket is not null)
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            };
        }

        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            var address = socket is not null ? "http://localhost" : endpoint.Replace("tcp://", "http://", StringComparison.Ordinal);
            using var answer = await client.GetAsync(new Uri($"{address}/_ping"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or UriFormatException or NotSupportedException)
        {
            return false;
        }
    }
}
