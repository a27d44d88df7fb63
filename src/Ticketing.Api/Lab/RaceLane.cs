using System.Net;
using System.Text.Json;
using Ticketing.Application.Races;
using Ticketing.Domain;

namespace Ticketing.Api.Lab;

/// <summary>What happens to one strategy in a race. Many buyers write to it, and those who watch read it.</summary>
/// <param name="strategy">The strategy.</param>
/// <param name="settings">The race.</param>
/// <param name="clock">Measures.</param>
internal sealed class RaceLane(BookingStrategy strategy, RaceSettings settings, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];
    private readonly List<double[]> _points = [];
    private long _began;
    private int _asked;
    private int _bookings;
    private int _refused;
    private int _busy;
    private int _failed;
    private double _seconds;

    public BookingStrategy Strategy => strategy;

    public int? EventId { get; set; }

    public EventCount? Counted { get; set; }

    /// <summary>What its buyers went through; null before the first.</summary>
    public IRaceRecording? Recording { get; set; }

    /// <summary>The first order is about to be sent.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _began = clock.GetTimestamp();
            _points.Add([0, settings.Tickets]);
        }
    }

    public void Ask() => Interlocked.Increment(ref _asked);

    /// <summary>A buyer was answered.</summary>
    /// <param name="asked">When he had asked: a timestamp.</param>
    /// <param name="status">The status; null if no answer came.</param>
    /// <param name="body">The body.</param>
    public void Answer(long asked, HttpStatusCode? status, ReadOnlySpan<byte> body)
    {
        var code = status is HttpStatusCode.OK ? null : CodeIn(body);
        lock (_lock)
        {
            switch (code)
            {
                case null when status is HttpStatusCode.OK: _bookings++; break;
                case "sold_out" or "not_enough_tickets": _refused++; break;
                case "busy": _busy++; break;
                default: _failed++; break;
            }

            _seconds = clock.GetElapsedTime(_began).TotalSeconds;
            _milliseconds.Add(clock.GetElapsedTime(asked).TotalMilliseconds);
            _points.Add([_seconds, settings.Tickets - (_bookings * settings.Quantity)]);
        }
    }

    /// <summary>How it stands.</summary>
    /// <param name="pointsFrom">How many points the reader has already.</param>
    public LaneState Read(int pointsFrom)
    {
        lock (_lock)
        {
            var answered = _bookings + _refused + _busy + _failed;
            _milliseconds.Sort();
            return new(
                strategy, EventId, _asked, answered, _bookings, _bookings * settings.Quantity, _refused, _busy, _failed,
                _seconds, Percentile(0.5), Percentile(0.95), Math.Min(pointsFrom, _points.Count), _points.Skip(pointsFrom).ToList(), Counted);
        }
    }

    private double? Percentile(double share) => _milliseconds.Count == 0 ? null : _milliseconds[(int)Math.Ceiling(share * _milliseconds.Count) - 1];

    private static string? CodeIn(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return JsonElement.ParseValue(ref reader).TryGetProperty("code", out var code) ? code.GetString() : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
