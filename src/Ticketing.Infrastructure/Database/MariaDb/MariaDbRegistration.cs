using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Registers MariaDB.</summary>
internal static class MariaDbRegistration
{
    /// <summary>The name of the pool in the driver's metrics. By default it would be the connection string, which contains the password.</summary>
    public const string PoolName = "ticketing";

    /// <summary>Pomelo writes SQL for this version; later servers understand it.</summary>
    public static readonly MariaDbServerVersion ServerVersion = new(new Version(10, 5));

    public static void AddMariaDb(this IServiceCollection services)
    {
        services.AddSingleton<IDatabaseErrors, MariaDbErrors>();
        services.AddSingleton<IDatabaseServer, MariaDbServer>();
        services.AddSingleton(provider => new MySqlDataSourceBuilder(provider.GetRequiredService<DatabaseTarget>().ConnectionString)
            .UseName(PoolName)
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            .UseConnectionOpenedCallback(new NewConnections(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value).PrepareAsync)
            .Build());
        services.AddContexts<MariaDbTicketingContext>((provider, options) =>
            options.UseMySql(provider.GetRequiredService<MySqlDataSource>(), ServerVersion));
        services.AddSingleton<IInterceptor, ReadCommittedTransactions>();
        services.AddSingleton<PooledConnections>();
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<PooledConnections>());
        services.AddSingleton<IInterceptor, RepeatableMigrations>();
    }
}
