using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>The whole program on a real port and a real database.</summary>
public abstract class ApiFixture : IAsyncLifetime
{
    private WebApplicationFactory<Program>? _program;

    /// <summary>The strategies that can be used: a fast run has no Redis.</summary>
    public static IEnumerable<string> Strategies =>
        BookingStrategyNames.All.Where(name => !TestLength.IsFast || (name != BookingStrategy.DistributedLock.Name() && name != BookingStrategy.Queued.Name()));

    public HttpClient Client { get; private set; } = null!;

    public Uri Address => Client.BaseAddress!;

    public IServiceProvider Services => _program!.Services;

    public async Task InitializeAsync()
    {
        var connectionString = await PrepareDatabaseAsync();
        var redis = await PrepareRedisAsync();
        _program = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:Ticketing", connectionString);
            host.UseSetting("urls", $"http://127.0.0.1:{Ports.Free()}");
            host.UseSetting("Log:Level", "Warning");
            host.UseSetting("WarmUp:Seconds", "0");
            if (redis is not null)
            {
                host.UseSetting("ConnectionStrings:Redis", redis);
            }

            foreach (var (name, value) in Settings)
            {
                host.UseSetting(name, value);
            }
        });
        _program.UseKestrel();
        _program.StartServer();
        var address = _program.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public virtual async Task DisposeAsync()
    {
        Client?.Dispose();
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }
    }

    /// <summary>What is in the database, asked past the API.</summary>
    public async Task<StoredRows> CountRowsAsync()
    {
        await using var db = await OpenDatabaseAsync();
        return new(
            await db.Events.CountAsync(),
            await db.Events.SumAsync(@event => (long)@event.AvailableTickets),
            await db.Bookings.CountAsync());
    }

    public Task<TicketingDbContext> OpenDatabaseAsync() =>
        Services.GetRequiredService<IDbContextFactory<TicketingDbContext>>().CreateDbContextAsync();

    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    protected abstract Task<string> PrepareDatabaseAsync();

    /// <summary>Null for an API without Redis.</summary>
    protected virtual async Task<string?> PrepareRedisAsync() => TestLength.IsFast ? null : (await SharedRedis.GetAsync()).ConnectionString;
}

/// <summary>The rows of both tables, and the stock of all events.</summary>
public sealed record StoredRows(int Events, long AvailableTickets, int Bookings);

public class SqliteApi : ApiFixture
{
    private readonly TemporaryFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<string> PrepareDatabaseAsync() => Task.FromResult($"Data Source={_folder.File("test.db")}");
}

public class MariaDbApi : ApiFixture
{
    protected override async Task<string> PrepareDatabaseAsync() => await (await SharedMariaDb.GetAsync()).CreateDatabaseAsync();
}
