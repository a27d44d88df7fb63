using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
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
    public static readonly MariaDbServerVersion ServerVersion = new(new Version(10, 6));

    public static void AddMariaDb(this IServiceCollection services)
    {
        services.AddSingleton<IDatabaseErrors, MariaDbErrors>();
        services.AddSingleton<IDatabaseServer, MariaDbServer>();
        services.AddSingleton<MariaDbClock>();
        services.AddSingleton<IDatabaseClock>(provider => provider.GetRequiredService<MariaDbClock>());
        services.AddSingleton(provider => DataSource(provider, PoolName, provider.GetRequiredService<DatabaseTarget>().ConnectionString));
        services.AddContexts<MariaDbTicketingContext>((provider, options) =>
            options.UsePool(provider.GetRequiredService<MySqlDataSource>(), provider.GetRequiredService<PooledConnections>()));
        services.AddSingleton(provider => new NewConnections(OptionsOf(provider)));
        services.AddSingleton<IInterceptor, ReadCommittedTransactions>();
        services.AddSingleton<PooledConnections>();
        services.AddSingleton<IInterceptor, RepeatableMigrations>();
        services.AddSingleton<IInterceptor, LoneStatements>();
        services.AddReadContexts(DatabaseRegistration.Reads, target => target.ConnectionString, provider => provider.GetServices<IInterceptor>());
    }

    /// <summary>Adds the replica that reads go to.</summary>
    public static void AddMariaDbReadReplica(this IServiceCollection services)
    {
        // The interceptors speak of the database that takes orders: what succeeds or fails at the replica says nothing about it.
        services.AddReadContexts(DatabaseRegistration.Replica, target => target.ReplicaConnectionString!, _ => []);
        services.AddSingleton<MariaDbReadReplica>();
        services.AddSingleton<IReadReplica>(provider => provider.GetRequiredService<MariaDbReadReplica>());
        services.AddHostedService(provider => provider.GetRequiredService<MariaDbReadReplica>());
    }

    private static void AddReadContexts(
        this IServiceCollection services, string name, Func<DatabaseTarget, string> connectionString, Func<IServiceProvider, IEnumerable<IInterceptor>> interceptors)
    {
        services.AddKeyedSingleton(name, (provider, _) =>
        {
            var settings = new MySqlConnectionStringBuilder(connectionString(provider.GetRequiredService<DatabaseTarget>()))
            {
                MaximumPoolSize = (uint)OptionsOf(provider).MaxReadPoolSize,
            };
            return DataSource(provider, $"{PoolName}-{name}", settings.ConnectionString);
        });
        services.AddKeyedSingleton(name, (provider, _) =>
        {
            var dataSource = provider.GetRequiredKeyedService<MySqlDataSource>(name);
            var options = new DbContextOptionsBuilder<MariaDbTicketingContext>();
            options
                .UseApplicationServiceProvider(provider)
                .UsePool(dataSource, ActivatorUtilities.CreateInstance<PooledConnections>(provider, dataSource))
                .AddInterceptors(interceptors(provider));
            return new PooledDbContextFactory<MariaDbTicketingContext>(options.Options).AsFactory();
        });
    }

    private static DbContextOptionsBuilder UsePool(this DbContextOptionsBuilder options, MySqlDataSource dataSource, PooledConnections connections) =>
        options.UseMySql(dataSource, ServerVersion, mySql => mySql.MaxBatchSize(LoneStatements.MaxBatchSize)).AddInterceptors(connections, connections.LastSuccess);

    private static MySqlDataSource DataSource(IServiceProvider provider, string poolName, string connectionString) =>
        new MySqlDataSourceBuilder(connectionString)
            .UseName(poolName)
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            .UseConnectionOpenedCallback(provider.GetRequiredService<NewConnections>().PrepareAsync)
            .Build();

    private static DatabaseOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
}
