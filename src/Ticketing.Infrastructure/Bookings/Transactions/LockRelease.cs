using Medallion.Threading.Redis;
using Microsoft.Extensions.Logging;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Bookings.Transactions;

/// <summary>Releases locks in Redis.</summary>
internal static class LockRelease
{
    /// <summary>Releases the lock of an event; where that fails, it expires by itself.</summary>
    public static async Task ReleaseAsync(this RedisDistributedLockHandle handle, int eventId, ILogger logger)
    {
        try
        {
            await handle.DisposeAsync();
        }
        catch (Exception exception) when (exception.IsRedisFault())
        {
            BookingLog.LockNotReleased(logger, eventId, exception.Message);
        }
    }
}
