namespace Ticketing.TestServers;

/// <summary>
/// How much a run proves. <c>./test.sh --long</c> sets <c>TICKETING_LONG</c>, and tests that are worth repeating then run more rounds or more seeds
/// than an ordinary run has time for.
/// </summary>
public static class TestLength
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("TICKETING_LONG") == "1";

    /// <summary>The number of rounds for this run.</summary>
    public static int Times(int ordinary, int extended) => IsLong ? extended : ordinary;
}
