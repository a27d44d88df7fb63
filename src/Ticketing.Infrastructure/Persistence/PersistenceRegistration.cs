using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;
using Ticketing.Application;
using Ticketing.Application.Events;
using Ticketing.Infrastructure.Concurrency.Batching;
using Ticketing.Infrastructure.Persistence.MariaDb;
using Ticketing.Infrastructure.Persistence.Sqlite;
using Ticketing.Infrastructure.Persistence.Startup;

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
        services.AddSingleton<DatabaseHealth>();
        services.AddSingleton<IEventRepository, EventRepository>();
        services.AddSingleton<ISalesReader, SalesReader>();

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
            TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.CommandTimeoutSeconds)));
        services.AddContexts<SqliteTicketingContext>((provider, options) => options
            .UseSqlite(ConnectionString(provider))
            .AddInterceptors(provider.GetRequiredService<SqliteWriteGate>(), new SqliteDurability()));
        services.AddSingleton<IBatchDatabase>(provider => new SqliteBatchDatabase(
            ConnectionString(provider), provider.GetRequiredService<SqliteWriteGate>()));
        services.AddSingleton<IDatabaseEngine>(provider => new SqliteEngine(
            ConnectionString(provider), provider.GetRequiredService<IDbContextFactory<TicketingDbContext>>()));
    }

    private static void AddMariaDb(this IServiceCollection services)
    {
        services.AddSingleton(provider => new MySqlDataSourceBuilder(ConnectionString(provider))
            .UseName("ticketing")
            .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            .UseConnectionOpenedCallback(new NewConnections(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value).PrepareAsync)
            .Build());
        services.AddContexts<MariaDbTicketingContext>((provider, options) => options
            .UseMySql(provider.GetRequiredService<MySqlDataSource>(), ServerVersion)
            .AddInterceptors(new ReadCommittedTransactions(), new LostConnections(), new RepeatableMigrations()));
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

    private static string ConnectionString(IServiceProvider provider) =>
        provider.GetRequiredService<DatabaseTarget>().ConnectionString;

    /// <summary>Hands out the product's contexts to code that does not care about the product.</summary>
    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<TicketingDbContext>
        where TContext : TicketingDbContext
    {
        public TicketingDbContext CreateDbContext() => contexts.CreateDbContext();
    }
}
