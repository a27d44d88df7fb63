using MySqlConnector;
using Ticketing.Application.Faults;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.MariaDb;

namespace Ticketing.Infrastructure.Faults;

/// <summary>A client that takes connections from the pool and does not give them back: one is left for everybody.</summary>
/// <param name="target">The database.</param>
/// <param name="connections">The pool; null for SQLite, which has none.</param>
/// <param name="clock">Measures.</param>
internal sealed class PoolOfOne(DatabaseTarget target, PooledConnections? connections, TimeProvider clock) : IFault
{
    public string Name => "pool_of_one";

    public string? WhyUnavailable => connections is null
        ? "SQLite has no connections that could run out: set ConnectionStrings__Ticketing to a MariaDB."
        : !new MySqlConnectionStringBuilder(target.ConnectionString).Pooling ? "There is no pool: Database__Pooling is false."
        : null;

    public async Task CauseAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(length, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var taken = (int)new MySqlConnectionStringBuilder(target.ConnectionString).MaximumPoolSize - 1;
        await Task.WhenAll(Enumerable.Range(0, taken).Select(_ => HoldAsync(end.Token)));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for a connection like everybody else, and keeps it.</summary>
    private async Task HoldAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await using var connection = await connections!.OpenAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (MySqlException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // those who order were faster
            }
        }
    }
}
