using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;
using Ticketing.Application.Events;
using Ticketing.Application.Telemetry;
using Ticketing.Infrastructure.Concurrency.Batching;
using Ticketing.Infrastructure.Persistence.MariaDb;
using Ticketing.Infrastructure.Persistence.Sqlite;
using Ticketing.Infrastructure.Persistence.Startup;
using Ticketing.Infrastructure.Telemetry;

namespace Ticketing.Infrastructure.Persistence;

/// <summary>Registers the database that the configuration names.</summary>
internal static class PersistenceRegistration
{
    /// <summary>Pomelo writes SQL for this version; later servers understand it.</summary>
    internal static readonly MariaDbServerVersion ServerVersion = new(new Version(10, 5));

    public static void AddPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<DatabaseOptions>(DatabaseOptions.Section);
        services.AddSingleton(provider => DatabaseTarget.From(
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddSingleton<DatabaseStartup>();
        services.AddSingleton<SignsOfLife>();
        services.AddSingleton<DatabaseHealth>();
        services.AddSingleton<IEventRepository, EventRepository>();
        services.AddHostedService<DatabaseMonitor>();

        // Which product it is decides what is registered, so this one value is needed before the container exists.
        var options = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new();
        if (DatabaseTarget.From(configuration, options).Provider == DatabaseProvider.Sqlite)
        {
            services.AddSqlite();
        }
        else
        {
            services.AddMariaDb();
        }
    }

    private static void AddSqlite(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SqliteWriteGate(
            TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.CommandTimeoutSeconds),
            provider.GetRequiredService<TicketingMetrics>()));
        services.AddContexts<SqliteTicketingContext>((provider, options) => options
            .UseSqlite(ConnectionString(provider))
            .AddInterceptors(provider.GetRequiredService<SqliteWriteGate>(), new SqliteDurability(), provider.GetRequiredService<SignsOfLife>(), Metrics(provider, isPooled: false)));
        services.AddSingleton<IBatchDatabase>(provider => new SqliteBatchDatabase(
            ConnectionString(provider), provider.GetRequiredService<SqliteWriteGate>(), provider.GetRequiredService<TicketingMetrics>()));
        services.AddSingleton<IDatabaseEngine>(provider => new SqliteEngine(
            ConnectionString(provider), provider.GetRequiredService<IDbContextFactory<TicketingDbContext>>()));
    }

    private static void AddMariaDb(this IServiceCollection services)
    {
        services.AddSingleton<PoolListener>();
        services.AddSingleton(provider =>
        {
            var source = new MySqlDataSourceBuilder(ConnectionString(provider))
                .UseName(PoolListener.PoolName)
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
                .UseConnectionOpenedCallback(new NewConnections(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value).PrepareAsync)
                .Build();
            provider.GetRequiredService<PoolListener>().Listen(ConnectionString(provider));
            return source;
        });
        services.AddContexts<MariaDbTicketingContext>((provider, options) => options
            .UseMySql(provider.GetRequiredService<MySqlDataSource>(), ServerVersion)
            .AddInterceptors(
                new ReadCommittedTransactions(), new LostConnections(), new RepeatableMigrations(), provider.GetRequiredService<SignsOfLife>(),
                Metrics(provider, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Pooling)));
        services.AddSingleton<IBatchDatabase, MariaDbBatchDatabase>();
        services.AddSingleton<IDatabaseEngine, MariaDbEngine>();
    }

    private static void AddContexts<TContext>(
        this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
        where TContext : TicketingDbContext
    {
        services.AddPooledDbContextFactory<TContext>(configure);
        services.AddSingleton<IDbContextFactory<TicketingDbContext>, ContextFactory<TContext>>();
    }

    /// <summary>The engine is asked for when it is needed: it has contexts, and contexts have interceptors.</summary>
    private static DatabaseMetrics Metrics(IServiceProvider provider, bool isPooled) => new(
        provider.GetRequiredService<TicketingMetrics>(),
        exception => provider.GetRequiredService<IDatabaseEngine>().Classify(exception),
        isPooled);

    private static string ConnectionString(IServiceProvider provider) =>
        provider.GetRequiredService<DatabaseTarget>().ConnectionString;

    /// <summary>Hands out the product's contexts to code that does not care about the product.</summary>
    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<TicketingDbContext>
        where TContext : TicketingDbContext
    {
        public TicketingDbContext CreateDbContext() => contexts.CreateDbContext();
    }
}
