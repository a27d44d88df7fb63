namespace Ticketing.RaceLab.Ratios;

/// <summary>One line of the benchmark.</summary>
/// <param name="Key">For <c>--only</c>.</param>
/// <param name="Name">What is compared with what.</param>
/// <param name="Goal">As text, such as "≥ 12".</param>
/// <param name="Measured">As text.</param>
/// <param name="Value">As a number, in the goal's unit.</param>
/// <param name="From">The medians that it was computed from.</param>
public sealed record RatioResult(string Key, string Name, string Goal, string Measured, double Value, bool IsMet, string From);
