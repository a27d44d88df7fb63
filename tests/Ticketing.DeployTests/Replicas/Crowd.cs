using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Ticketing.DeployTests.Replicas;

/// <summary>
/// The high scenario: visitors who each have a connection of their own, order in 95 of 100 cases, look at the stock in the others, and think for
/// 100 ms. An order with a key is repeated until it is decided, as a client should.
/// </summary>
internal sealed class Crowd(Uri address, int eventId, int visitors, double keyed) : IDisposable
{
    private static readonly TimeSpan _thinkTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _pauseBeforeRepeating = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = visitors })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<Event> _events = new();
    private readonly ConcurrentQueue<int> _confirmed = new();
    private int _undecided;

    /// <summary>The ids of all bookings that were confirmed, a replayed one once for each answer.</summary>
    public IReadOnlyCollection<int> Confirmed => _confirmed;

    /// <summary>Orders without a key of which nobody knows what became of them.</summary>
    public int Undecided => _undecided;

    /// <summary>How often each answer came.</summary>
    public IReadOnlyDictionary<string, int> Answers => Count(_events);

    /// <summary>The same without orders that had no key.</summary>
    public IReadOnlyDictionary<string, int> RepeatableAnswers => Count(_events.Where(e => e.IsRepeatable));

    /// <summary>The time that the slowest answer took.</summary>
    public TimeSpan LongestWait => _events.Max(e => e.Took);

    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Lets the crowd in, does <paramref name="meanwhile"/>, and waits until everybody has left.</summary>
    public async Task RunAsync(Func<Task> meanwhile)
    {
        using var closing = new CancellationTokenSource();
        var crowd = Enumerable.Range(0, visitors).Select(visitor => Task.Run(() => VisitAsync(visitor, closing.Token))).ToList();
        try
        {
            await meanwhile();
        }
        finally
        {
            await closing.CancelAsync();
        }

        await Task.WhenAll(crowd);
    }

    /// <summary>When, after <paramref name="start"/>, an answer last was neither a booking nor the truth about an empty stock.</summary>
    public TimeSpan LastBadAnswerSince(TimeSpan start) => _events.Where(e => e.At >= start && !e.IsGood).Select(e => e.At).DefaultIfEmpty(start).Max();

    /// <summary>Tickets confirmed between two times, per second.</summary>
    public double Rate(TimeSpan from, TimeSpan to) => _events.Count(e => e.Answer == "200" && e.IsOrder && e.At >= from && e.At < to) / (to - from).TotalSeconds;

    /// <summary>The time in which 95 of 100 looks at the stock were answered.</summary>
    public TimeSpan LookP95 => TimeSpan.FromMilliseconds(Quantile(Times(_events.Where(e => !e.IsOrder)), 0.95));

    /// <summary>One line of figures.</summary>
    public string Summary()
    {
        var times = Times(_events);
        var answers = string.Join(", ", Answers.OrderBy(answer => answer.Key, StringComparer.Ordinal).Select(answer => $"{answer.Key}: {answer.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{times.Length} requests in {Now.TotalSeconds:0.0} s ({times.Length / Now.TotalSeconds:0}/s), p50 {Quantile(times, 0.5):0} ms, p95 {Quantile(times, 0.95):0} ms, max {times[^1]:0} ms; {answers}");
    }

    public void Dispose() => _client.Dispose();

    private static Dictionary<string, int> Count(IEnumerable<Event> events) =>
        events.GroupBy(e => e.Answer).ToDictionary(group => group.Key, group => group.Count());

    private static double[] Times(IEnumerable<Event> events) => [.. events.Select(e => e.Took.TotalMilliseconds).Order()];

    private static double Quantile(double[] sorted, double quantile) => sorted[(int)((sorted.Length - 1) * quantile)];

    private async Task VisitAsync(int visitor, CancellationToken closing)
    {
        var random = new Random(visitor);
        for (var order = 0; !closing.IsCancellationRequested; order++)
        {
            if (random.NextDouble() < 0.95)
            {
                await OrderAsync(visitor + 1, random.NextDouble() < keyed ? $"{eventId}-{visitor}-{order}" : null);
            }
            else
            {
                await TimedAsync(isOrder: false, isRepeatable: true, () => _client.SendAsync(HttpMethod.Get, $"/api/status?event_id={eventId}"));
            }

            await Task.Delay(_thinkTime, CancellationToken.None);
        }
    }

    private async Task OrderAsync(int userId, string? key)
    {
        var giveUp = _clock.Elapsed + TimeSpan.FromSeconds(60);
        while (true)
        {
            var reply = await TimedAsync(isOrder: true, isRepeatable: key is not null, () => _client.BookAsync(eventId, userId, key));
            if (reply?.Name == "200")
            {
                _confirmed.Enqueue(reply.Json.GetProperty("booking_id").GetInt32());
                return;
            }

            if (reply?.Name == "400 sold_out")
            {
                return;
            }

            if (key is null)
            {
                Interlocked.Add(ref _undecided, reply?.Name is "503 busy" or "503 database_unavailable" ? 0 : 1);
                return;
            }

            if (_clock.Elapsed > giveUp)
            {
                throw new InvalidOperationException($"Order {key} is undecided after a minute; the last answer was {reply?.Name ?? "none"}.");
            }

            await Task.Delay(_pauseBeforeRepeating);
        }
    }

    private async Task<Reply?> TimedAsync(bool isOrder, bool isRepeatable, Func<Task<Reply>> send)
    {
        var start = _clock.Elapsed;
        try
        {
            var reply = await send();
            _events.Enqueue(new(_clock.Elapsed, _clock.Elapsed - start, reply.Name, isOrder, isRepeatable));
            return reply;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            _events.Enqueue(new(_clock.Elapsed, _clock.Elapsed - start, $"lost ({exception.GetBaseException().Message})", isOrder, isRepeatable));
            return null;
        }
    }

    private sealed record Event(TimeSpan At, TimeSpan Took, string Answer, bool IsOrder, bool IsRepeatable)
    {
        public bool IsGood => Answer is "200" or "400 sold_out";
    }
}
