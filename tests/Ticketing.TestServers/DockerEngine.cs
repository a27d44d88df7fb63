using System.Net.Sockets;

namespace Ticketing.TestServers;

/// <summary>Whether there is a Docker engine: the client alone does not help.</summary>
public static class DockerEngine
{
    private const string DefaultSocket = "/var/run/docker.sock";

    private static readonly Lazy<Task<bool>> _answers = new(AskAsync);

    public static Task<bool> AnswersAsync() => _answers.Value;

    private static async Task<bool> AskAsync()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        var socket = host is null ? DefaultSocket : host.StartsWith("unix://", StringComparison.Ordinal) ? host["unix://".Length..] : null;
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
            var address = socket is not null ? "http://localhost" : host!.Replace("tcp://", "http://", StringComparison.Ordinal);
            return (await client.GetAsync(new Uri($"{address}/_ping"))).IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            return false;
        }
    }
}
