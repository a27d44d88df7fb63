namespace Ticketing.Infrastructure.Hosting;

/// <summary>Starts work that serves many requests, and must not capture the context of the first one.</summary>
internal static class Detached
{
    public static Task Run(Func<Task> work)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(work);
        }
    }
}
