namespace Ticketing.Infrastructure.Hosting;

/// <summary>A timer for services that run until the program ends.</summary>
internal static class StoppableTimer
{
    /// <summary>Waits for the next tick.</summary>
    /// <returns>False when the program ends. An exception would be logged as an error by a host that fails to start.</returns>
    public static async ValueTask<bool> NextAsync(this PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
