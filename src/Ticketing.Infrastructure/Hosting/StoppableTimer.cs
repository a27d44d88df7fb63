namespace Ticketing.Infrastructure.Hosting;

/// <summary>For services that do something again and again until the program ends.</summary>
internal static class StoppableTimer
{
    /// <summary>Waits for the next tick.</summary>
    /// <returns>False when the program ends: that is no fault, and a host that fails to start would log an exception as one.</returns>
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
