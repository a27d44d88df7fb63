namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Pauses of random length, so that those who met once do not meet again.</summary>
internal static class Jitter
{
    /// <summary>Any length between nothing and this many milliseconds.</summary>
    public static TimeSpan UpTo(double milliseconds)
    {
#pragma warning disable CA5394 // Jitter needs no secrecy.
        return TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * milliseconds);
#pragma warning restore CA5394
    }
}
