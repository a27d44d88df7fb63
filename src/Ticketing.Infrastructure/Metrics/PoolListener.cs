using System.Diagnostics.Metrics;
using MySqlConnector;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.MariaDb;

namespace Ticketing.Infrastructure.Metrics;

/// <summary>Translates the pool metrics of MySqlConnector.</summary>
/// <remarks>Source: https://mysqlconnector.net/diagnostics/metrics/</remarks>
internal sealed class PoolListener : IDisposable
{
    private readonly TicketingMetrics _metrics;
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly uint _size;
    private long _used;
    private long _idle;
    private long _waiting;

    /// <summary>Starts listening. Must be called before the first connection, or the number in use is wrong.</summary>
    public PoolListener(DatabaseTarget target, TicketingMetrics metrics)
    {
        _metrics = metrics;
        if (target.Provider != DatabaseProvider.MariaDb || new MySqlConnectionStringBuilder(target.ConnectionString) is not { Pooling: true } settings)
        {
            return;
        }

        IsListening = true;
        _size = settings.MaximumPoolSize;
        metrics.Pool = new(_size, 0, 0, 0);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "MySqlConnector" && instrument.Name is
                "db.client.connections.usage" or "db.client.connections.pending_requests"
                or "db.client.connections.create_time" or "db.client.connections.wait_time")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Count(instrument.Name, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Time(instrument.Name, value, tags));
        _listener.Start();
    }

    /// <summary>False if there is no pool.</summary>
    public bool IsListening { get; }

    public void Dispose() => _listener.Dispose();

    private void Count(string instrument, int value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!IsOurs(tags))
        {
            return;
        }

        lock (_lock)
        {
            if (instrument == "db.client.connections.pending_requests")
            {
                _waiting += value;
            }
            else if (Find(tags, "state") is "used")
            {
                _used += value;
            }
            else
            {
                _idle += value;
            }

            _metrics.Pool = new(_size, _used, _idle, _waiting);
        }
    }

    private void Time(string instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!IsOurs(tags))
        {
            return;
        }

        if (instrument == "db.client.connections.create_time")
        {
            _metrics.ConnectionMade(TimeSpan.FromSeconds(seconds));
        }
        else
        {
            _metrics.ConnectionWaitedFor(TimeSpan.FromSeconds(seconds));
        }
    }

    private static bool IsOurs(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags, "pool.name") is MariaDbRegistration.PoolName;

    private static string? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value as string;
            }
        }

        return null;
    }
}
