namespace Ticketing.RaceLab.Results;

/// <summary>What the source system reports of itself, as far as it is known, and what was measured of its design, rebuilt, with k6 on two cores.</summary>
/// <param name="Who">Whose figures.</param>
/// <param name="Rate">Requests per second.</param>
/// <param name="P95">In milliseconds.</param>
/// <param name="ErrorShare">0 to 1; null if it is not reported.</param>
internal sealed record SourceFigures(string Who, double Rate, double P95, double? ErrorShare)
{
    public static IReadOnlyList<SourceFigures> Of(string scenario) => scenario == "normal"
        ? [new("the source, as it reports", 67, 480, null), new("the source's design, rebuilt", 74, 720, null)]
        : [new("the source, as it reports", 361, 23_800, 0.454), new("the source's design, rebuilt", 48, 8250, null)];
}
