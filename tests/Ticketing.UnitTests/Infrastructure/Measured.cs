using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Ticketing.Application.Telemetry;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Metrics of one's own, and what was recorded in them. Those of other tests, which may run at the same time, are left out.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value)> _recorded = new();

    public Measured()
    {
        // An instrument is announced by the thread that makes it.
        var self = 0;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Environment.CurrentManagedThreadId == self)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _recorded.Enqueue((instrument.Name, value)));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _recorded.Enqueue((instrument.Name, value)));
        _listener.Start();
        self = Environment.CurrentManagedThreadId;
        Metrics = new();
        self = 0;
    }

    public TicketingMetrics Metrics { get; }

    public double Retries => Of("booking_retries_total").Sum();

    public IEnumerable<double> BatchSizes => Of("booking_batch_orders");

    public double QueueDepth
    {
        get
        {
            _listener.RecordObservableInstruments();
            return Of("http_request_queue_depth").Last();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Metrics.Dispose();
    }

    private IEnumerable<double> Of(string name) => _recorded.Where(one => one.Name == name).Select(one => one.Value);
}
