using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Infrastructure.Caching;
using Ticketing.Infrastructure.Concurrency;
using Ticketing.Infrastructure.Persistence;
using Ticketing.Infrastructure.Redis;
using Ticketing.Infrastructure.Telemetry;

namespace Ticketing.Infrastructure;

/// <summary>Registers what the use cases run on.</summary>
public static class DependencyInjection
{
    /// <summary>Adds the database and the Redis that the configuration names, and the booking strategies.</summary>
    /// <exception cref="InvalidSettingException">A setting is wrong; the message names it.</exception>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddTelemetry();
        services.AddPersistence(configuration);
        services.AddRedis(configuration);
        services.AddCaching(configuration);
        services.AddBookingStrategies(configuration);
        return services;
    }
}
