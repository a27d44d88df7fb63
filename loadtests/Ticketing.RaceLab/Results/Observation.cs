namespace Ticketing.RaceLab.Results;

/// <summary>What Prometheus has seen of a sale.</summary>
/// <param name="Seconds">How long the load took.</param>
/// <param name="CpuPercent">CPU of the API, on average; 100 is one core.</param>
/// <param name="DatabaseP95">95 % of the statements took at most so long, in milliseconds; null if there was none.</param>
/// <param name="Concurrent">The most orders in progress.</param>
/// <param name="MemoryBytes">The most memory of the API.</param>
/// <param name="Panels">The panels, as they would have been seen.</param>
public sealed record Observation(double Seconds, double CpuPercent, double? DatabaseP95, double Concurrent, double MemoryBytes, IReadOnlyList<PanelCurves> Panels);

/// <param name="Panel">The panel.</param>
/// <param name="Curves">One for each series: seconds since the load began, and the value.</param>
public sealed record PanelCurves(PanelQuery Panel, IReadOnlyList<IReadOnlyList<(double Seconds, double Value)>> Curves);
