using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Reads from a replica as long as it is known to be up to date.</summary>
/// <remarks>
/// <para>
/// Four times a second, the primary is asked for the GTID of its last transaction. The connection that reads is asked first which transactions it has: if it has
/// the one that the primary had at some time, then it has everything that was committed before, and what is read is at most as old as that. It needs no clock but
/// this process's, no table and no privilege. <c>Seconds_Behind_Master</c> needs a privilege, has whole seconds, and is 0 as long as a replica that is cut off
/// from its primary has not noticed. Source: https://mariadb.com/kb/en/show-replica-status/
/// </para>
/// <para>
/// So each read knows how old it is, even where one address leads to several replicas. Comparing both servers in the background only prevents reads from waiting for a
/// replica that does not answer, and gives up those that do.
/// </para>
/// </remarks>
internal sealed class MariaDbReadReplica(
    DatabaseTarget target,
    [FromKeyedServices(DatabaseRegistration.Replica)] IDbContextFactory<TicketingDbContext> contexts,
    TicketingMetrics metrics,
    TimeProvider clock,
    ILogger<MariaDbReadReplica> logger) : BackgroundService, IReadReplica
{
    /// <summary>Reads both tables too: a missing privilege, or a table that somebody has locked, is noticed here.</summary>
    private const string PositionOfReplica =
        "SELECT @@gtid_slave_pos FROM (SELECT MAX(id) FROM events) AS e, (SELECT MAX(id) FROM bookings) AS b";

    /// <summary>A server that can only be read is no primary any more, and may lag behind the new one.</summary>
    private const string PositionOfPrimary = "SELECT IF(@@read_only, '', @@gtid_binlog_pos)";

    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(250);

    private readonly PrimaryPositions _positions = new();
    private readonly PositionSession _replica = new(target.ReplicaConnectionString!, PositionOfReplica);
    private readonly PositionSession _primary = new(target.ConnectionString, PositionOfPrimary);
    private long _includesAllBefore = clock.GetTimestamp();
    private bool _hasReported;

    /// <summary>Cancelled when the replica is not to be read any more; null until it is to be read again.</summary>
    private volatile CancellationTokenSource? _use;

    public async Task<Reading<T>?> TryReadAsync<T>(
        Func<TicketingDbContext, DateTimeOffset, CancellationToken, Task<T>> read, long notBefore, CancellationToken cancellationToken)
    {
        if (_use is not { } use)
        {
            return null;
        }

        try
        {
            // A read that hangs is left to its timeout: the driver does not cancel a handshake, and for a statement it opens another connection, and waits for that.
            return await ReadAsync(read, notBefore, cancellationToken).WaitAsync(use.Token);
        }
        catch (Exception exception) when (
            !cancellationToken.IsCancellationRequested
            && (exception is OperationCanceledException || MariaDbErrors.Classify(exception) != DatabaseFault.None))
        {
            ReadReplicaLog.ReadFailed(logger, exception.GetBaseException().Message);
            return null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ReplicaIncludesAllBefore(_includesAllBefore); // at the earliest: it is not known yet
        using var timer = new PeriodicTimer(_period, clock);
        do
        {
            await ReportAsync(await CompareAsync());
        }
        while (await timer.NextAsync(stoppingToken));

        await _replica.CloseAsync();
        await _primary.CloseAsync();
    }

    private async Task<Reading<T>?> ReadAsync<T>(
        Func<TicketingDbContext, DateTimeOffset, CancellationToken, Task<T>> read, long notBefore, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken); // the position must be that of the server that is read
        try
        {
            var position = GtidPosition.Parse(await db.Database.SqlQuery<string>($"SELECT @@gtid_slave_pos AS Value").SingleAsync(cancellationToken));
            if (_positions.TimeOf(position) is not { } at || at < notBefore)
            {
                return null;
            }

            var lag = clock.GetElapsedTime(at);
            var readAt = clock.GetUtcNow() - lag;
            return lag > IReadReplica.MaxLag ? null : new(await read(db, readAt, cancellationToken), readAt);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Finds out how far the replica lags.</summary>
    /// <returns>Why it is not to be read; null if it is.</returns>
    private async Task<string?> CompareAsync()
    {
        var asked = "The replica";
        try
        {
            var replica = await _replica.AskAsync();

            asked = "The primary";
            var askedAt = clock.GetTimestamp();
            var primary = await _primary.AskAsync();
            if (primary.IsEmpty)
            {
                await _primary.CloseAsync(); // after a fail-over, another server may answer
                return "The primary has no binlog, or can only be read.";
            }

            _positions.Add(askedAt, primary);
            if (replica.IsEmpty || replica.IsAheadOf(primary))
            {
                return $"It does not replicate the primary: its gtid_slave_pos is '{replica}', and the primary's gtid_binlog_pos '{primary}'.";
            }

            _includesAllBefore = _positions.TimeOf(replica) ?? _includesAllBefore;
            metrics.ReplicaIncludesAllBefore(_includesAllBefore);
        }
        catch (Exception exception) // whatever it is: it must not end the program
        {
            return $"{asked} does not say how far it is: {exception.GetBaseException().Message}";
        }

        // Comes back later than it goes, so that it does not come and go four times a second.
        var lag = clock.GetElapsedTime(_includesAllBefore);
        return lag <= (_use is null ? IReadReplica.MaxLag / 2 : IReadReplica.MaxLag) ? null : $"It lags {Seconds(lag)} s behind the primary.";
    }

    /// <summary>The log has a line when it changes, and when it is not read from the start.</summary>
    private async Task ReportAsync(string? problem)
    {
        if (problem is null && _use is null)
        {
            _use = new();
            ReadReplicaLog.Read(logger);
        }
        else if (problem is not null && (_use is not null || !_hasReported))
        {
            ReadReplicaLog.NotRead(logger, problem);
            var use = _use;
            _use = null;
            await (use?.CancelAsync() ?? Task.CompletedTask);
        }

        _hasReported = true;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}

internal static partial class ReadReplicaLog
{
    [LoggerMessage(1104, LogLevel.Information, "The replica is up to date, so reads go there.")]
    public static partial void Read(ILogger logger);

    [LoggerMessage(1105, LogLevel.Warning, "The replica is not read, so reads go to the primary until it is up to date again. {Reason}")]
    public static partial void NotRead(ILogger logger, string reason);

    [LoggerMessage(1106, LogLevel.Debug, "A read at the replica failed, and goes to the primary. {Reason}")]
    public static partial void ReadFailed(ILogger logger, string reason);
}
