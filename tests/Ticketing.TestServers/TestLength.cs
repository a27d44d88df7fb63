namespace Ticketing.TestServers;

/// <summary>
/// How much a run proves. <c>./test.sh --long</c> sets <c>TICKETING_LONG</c>, and tests that are worth repeating then run more rounds or more seeds
/// than an ordinary run has time for. <c>./test.sh --fast</c> sets <c>TICKETING_FAST</c>, and runs what needs nothing but the .NET SDK.
/// </summary>
public static class TestLength
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("TICKETING_LONG") == "1";

    public static bool IsFast { get; } = Environment.GetEnvironmentVariable("TICKETING_FAST") == "1";

    /// <summary>The number of rounds for this run.</summary>
    public static int Times(int ordinary, int extended) => IsLong ? extended : ordinary;

    /// <summary>The cases of a theory for this run: a long one has all of them, any other the first ones.</summary>
    /// <param name="ordinary">How many an ordinary run has.</param>
    /// <param name="all">All of them, the most telling first.</param>
    public static IEnumerable<T> Cases<T>(int ordinary, params IReadOnlyList<T> all) => all.Take(IsLong ? all.Count : ordinary);

    /// <summary>
    /// Called by whatever starts a program or a container. A fast run has none of them, so a test that forgot its
    /// <c>[Trait("Run", "Full")]</c> fails there, on machines that have the program too.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is a fast run.</exception>
    public static void ShouldNotBeFast(string program)
    {
        if (IsFast)
        {
            throw new InvalidOperationException($"A fast run starts no program, and this test starts {program}: mark it with [Trait(\"Run\", \"Full\")].");
        }
    }
}
