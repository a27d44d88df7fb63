using System.Diagnostics;

namespace Ticketing.Application.Telemetry;

/// <summary>The source of traces. Without an exporter there is no listener, and these methods return null at once.</summary>
public static class TicketingTracing
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Ticketing";

    private static readonly ActivitySource _source = new(SourceName);

    /// <summary>A step of the current request.</summary>
    public static Activity? Start(string name) => _source.StartActivity(name);

    /// <summary>Starts work for many requests: a trace of its own, linked to theirs.</summary>
    public static Activity? StartLinked(string name, IEnumerable<ActivityContext> requests)
    {
        if (!_source.HasListeners())
        {
            return null;
        }

        Activity.Current = null;
        return _source.StartActivity(
            name, ActivityKind.Internal, parentContext: default, links: requests.Where(request => request != default).Select(request => new ActivityLink(request)));
    }
}
