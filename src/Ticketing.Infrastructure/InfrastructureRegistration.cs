using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Infrastructure.Access;
using Ticketing.Infrastructure.Bookings;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Database.MariaDb;
using Ticketing.Infrastructure.Database.Sqlite;
using Ticketing.Infrastructure.Faults;
using Ticketing.Infrastructure.Hosting;
using Ticketing.Infrastructure.Metrics;
using Ticketing.Infrastructure.Reads;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure;

/// <summary>Registers what the use cases run on.</summary>
public static class InfrastructureRegistration
{
    /// <summary>Adds the database and the Redis that the configuration names, and the booking strategies.</summary>
    /// <exception cref="InvalidSettingException">A setting is wrong; the message names it.</exception>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        var target = services.AddDatabase(configuration);
        if (target.Provider == DatabaseProvider.Sqlite)
        {
            services.AddSqlite();
        }
        else
        {
            services.AddMariaDb();
        }

        if (target.ReplicaConnectionString is not null)
        {
            services.AddMariaDbReadReplica();
        }

        services.AddDatabaseCircuitBreaker();
        services.AddTicketingMetrics();
        services.AddRedis(configuration);
        services.AddReads(configuration);
        services.AddBookings(configuration);
        services.AddAccess();
        services.AddFaults();
        return services;
    }
}
