using System.Diagnostics.Metrics;
using MySqlConnector;
using Ticketing.Application.Telemetry;

namespace Ticketing.Infrastructure.Telemetry;

/// <summary>Turns what MySqlConnector says of its pool into our metrics.</summary>
/// <remarks>Source: https://mysqlconnector.net/diagnostics/metrics/</remarks>
internal sealed class PoolListener(TicketingMetrics metrics) : IDisposable
{
    /// <summary>The pool's name; the driver would name it after the connection string, and that has a password in it.</summary>
    public const string PoolName = "ticketing";

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private uint _size;
    private long _used;
    private long _waiting;

    /// <summary>Begins, before the first connection is made. Without a pool there is nothing to listen to.</summary>
    public void Listen(string connectionString)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString);
        if (!settings.Pooling)
        {
            return;
        }

        _size = settings.MaximumPoolSize;
        metrics.Pool = new(_size, 0, 0);
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
                return;
            }

            metrics.Pool = new(_size, _used, _waiting);
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
            metrics.ConnectionMade(TimeSpan.FromSeconds(seconds));
        }
        else
        {
            metrics.ConnectionWaitedFor(TimeSpan.FromSeconds(seconds));
        }
    }

    private static bool IsOurs(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags, "pool.name") is PoolName;

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
