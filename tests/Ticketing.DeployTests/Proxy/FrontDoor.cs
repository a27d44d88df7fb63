using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>What stands before the replicas, as it is shipped: Nginx, and the edge behind it.</summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private FrontDoor(HaproxyServer edge, NginxServer nginx)
    {
        (Edge, Nginx) = (edge, nginx);
        Client = Http.Client(nginx.Address);
    }

    public HaproxyServer Edge { get; }

    public NginxServer Nginx { get; }

    public HttpClient Client { get; }

    /// <param name="replicas">Where the API listens, or may listen later.</param>
    /// <param name="changes">What is to differ from the shipped configuration of Nginx.</param>
    /// <param name="limits">What one address may send, as environment variables of the edge; left out, an address has no limit.</param>
    public static async Task<FrontDoor> StartAsync(IEnumerable<Uri> replicas, NginxChanges? changes = null, IReadOnlyDictionary<string, string?>? limits = null)
    {
        var edge = await HaproxyServer.StartAsync(replicas, limits: limits);
        try
        {
            return new(edge, await NginxServer.StartAsync(edge.NginxAddress, changes));
        }
        catch
        {
            await edge.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the health checks have found what is said here, replica by replica.</summary>
    public Task SeesAsync(params bool[] ready) => Eventually.GetAsync(
        Edge.ReadyAsync, seen => seen.SequenceEqual(ready), TimeSpan.FromSeconds(10), seen => string.Join(", ", seen));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Nginx.DisposeAsync();
        await Edge.DisposeAsync();
    }
}
