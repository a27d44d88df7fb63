namespace Ticketing.RaceLab.CommandLine;

/// <summary>What the lab ends with.</summary>
public static class ExitCodes
{
    /// <summary>Measured, and all invariants hold.</summary>
    public const int Success = 0;

    /// <summary>A broken invariant, or a ratio that misses its goal.</summary>
    public const int Broken = 1;

    /// <summary>Nothing could be measured: a wrong option, or something is missing.</summary>
    public const int CannotRun = 2;
}
