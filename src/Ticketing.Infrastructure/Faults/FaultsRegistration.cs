using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Ticketing.Application.Faults;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.MariaDb;

namespace Ticketing.Infrastructure.Faults;

/// <summary>Registers what can go wrong on purpose.</summary>
internal static class FaultsRegistration
{
    public static void AddFaults(this IServiceCollection services)
    {
        services.AddSingleton<IFault, SlowDatabase>();
        services.AddSingleton<IFault>(provider => new RedisLost(provider.GetService<IConnectionMultiplexer>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFault>(provider => new PoolOfOne(
            provider.GetRequiredService<DatabaseTarget>(), provider.GetService<PooledConnections>(), provider.GetRequiredService<TimeProvider>()));
    }
}
