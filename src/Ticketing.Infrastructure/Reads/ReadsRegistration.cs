using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Ticketing.Application.Sales;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Reads;

/// <summary>Registers the read cache: in this process, and in Redis if it is configured.</summary>
internal static class ReadsRegistration
{
    public static void AddReads(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<CacheOptions>(CacheOptions.Section);
        if (configuration.HasRedis())
        {
            services.AddSingleton<IDistributedCache>(provider => new BestEffortCache(
                new RedisCache(new RedisCacheOptions
                {
                    ConnectionMultiplexerFactory = () => Task.FromResult(provider.GetRequiredService<IConnectionMultiplexer>()),

                    // Two installations may share a Redis; their events have the same ids. So may two versions that cache different types: count up with them.
                    InstanceName = $"ticketing:3:{provider.GetRequiredService<IDatabaseServer>().Description}:",
                }),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<BestEffortCache>>()));
        }

        services.AddOptions<CacheOptions>().Validate<IServiceProviderIsService>(
            (options, services) => !services.IsService(typeof(IReadReplica))
                || Math.Max(options.StatusSeconds, options.EventsSeconds) <= CacheOptions.MaxStatusSecondsWithReplica,
            $"Cache:StatusSeconds, Cache:EventsSeconds: With ConnectionStrings:TicketingReads, at most {CacheOptions.MaxStatusSecondsWithReplica}: the replica may lag by up to a second.");
        services.AddHybridCache();
        services.AddSingleton<LatestStock>();
        services.AddSingleton<ReadCache>();
        services.AddSingleton<SalesReader>();
        services.AddSingleton<ISalesReader, CachedSalesReader>();
    }
}
