namespace Ticketing.RaceLab.Load;

/// <summary>How the buyers behave. Two runs with the same plan send the same orders; the order of their arrival depends on the machine.</summary>
public sealed record LoadPlan
{
    /// <summary>Buyers at the same time, each with a connection of its own; with <see cref="Rate"/>, the connections that all arrivals share.</summary>
    public required int Buyers { get; init; }

    /// <summary>How long orders are sent.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Ramp-up: the time in which the buyers arrive.</summary>
    public TimeSpan RampUp { get; init; }

    /// <summary>Ramp-down: the time at the end in which the buyers leave.</summary>
    public TimeSpan RampDown { get; init; }

    /// <summary>How long a buyer waits between an answer and the next request.</summary>
    public TimeSpan ThinkTime { get; init; }

    /// <summary>The mix of requests.</summary>
    public RequestMix Mix { get; init; } = RequestMix.OnlyOrders;

    /// <summary>What buyers do with tickets that they hold first; null if they book at once.</summary>
    public HoldFlow? Hold { get; init; }

    /// <summary>Tickets per order, drawn evenly from these values.</summary>
    public IReadOnlyList<int> Quantities { get; init; } = [1];

    /// <summary>Arrivals per second, whatever the response times (open loop); null if every buyer waits for the previous answer (closed loop).</summary>
    public double? Rate { get; init; }

    /// <summary>Whether orders carry an <c>Idempotency-Key</c>, which resolves an order whose answer is lost.</summary>
    public bool UseKeys { get; init; } = true;

    /// <summary>Whether to end a second after the first "sold out", or only when the time is up.</summary>
    public bool StopWhenSoldOut { get; init; }

    /// <summary>Seed of the random numbers.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Timeout for an answer, after which it counts as lost; an arrival that finds no free connection in this time is dropped.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How buyers hold tickets, and what they do with them. Who neither confirms nor releases walks away, and his hold lapses.</summary>
/// <param name="Seconds">For how long they hold them.</param>
/// <param name="Confirmed">The share that confirms, in percent.</param>
/// <param name="Released">The share that releases, in percent.</param>
/// <param name="Beforehand">How many holds each buyer makes before the time begins, to end them then, which is measured alone; 0 to end each at once.</param>
public sealed record HoldFlow(int Seconds, int Confirmed, int Released, int Beforehand = 0)
{
    /// <summary>Holds that are longer than this are not waited for.</summary>
    public const int LongestWait = 30;

    /// <summary>How long to wait, after the last hold, until every one that lapses is expired by the system; null if they outlive the run.</summary>
    public TimeSpan? UntilExpired => Confirmed + Released == 100 ? TimeSpan.Zero : Seconds <= LongestWait ? TimeSpan.FromSeconds(Seconds + 3) : null;

    public HoldEnd Draw(Random random)
    {
        var drawn = random.Next(100);
        return drawn < Confirmed ? HoldEnd.Confirmed : drawn < Confirmed + Released ? HoldEnd.Released : HoldEnd.None;
    }
}

/// <summary>The shares of the requests, in percent; the rest up to 100 goes to <c>GET /health</c>.</summary>
/// <param name="Orders"><c>POST /book</c>.</param>
/// <param name="Status"><c>GET /status</c>.</param>
/// <param name="Live"><c>GET /health/live</c>, to measure the HTTP stack alone.</param>
public sealed record RequestMix(int Orders, int Status, int Live = 0)
{
    public static RequestMix OnlyOrders { get; } = new(100, 0);

    public static RequestMix OnlyLive { get; } = new(0, 0, 100);

    public RequestKind Draw(Random random)
    {
        if (Orders == 100)
        {
            return RequestKind.Order;
        }

        var drawn = random.Next(100);
        return drawn < Orders ? RequestKind.Order
            : drawn < Orders + Status ? RequestKind.Status
            : drawn < Orders + Status + Live ? RequestKind.Live
            : RequestKind.Health;
    }
}

public enum RequestKind
{
    Order,
    Status,
    Health,
    Live,
}

/// <summary>The load scenarios, which the k6 scripts have too.</summary>
public static class Scenarios
{
    public const int Tickets = 5000;

    public static IReadOnlyList<string> Names { get; } = ["normal", "high"];

    public static LoadPlan Normal { get; } = new()
    {
        Buyers = 50,
        RampUp = TimeSpan.FromSeconds(10),
        Duration = TimeSpan.FromSeconds(60),
        RampDown = TimeSpan.FromSeconds(10),
        ThinkTime = TimeSpan.FromMilliseconds(100),
        Mix = new(80, 15),
    };

    public static LoadPlan High { get; } = new()
    {
        Buyers = 300,
        Duration = TimeSpan.FromSeconds(30),
        ThinkTime = TimeSpan.FromMilliseconds(100),
        Mix = new(95, 5),
    };
}
