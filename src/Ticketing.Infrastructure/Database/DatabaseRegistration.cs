using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Database;

/// <summary>Registers what all database products share.</summary>
internal static class DatabaseRegistration
{
    /// <summary>The key of the contexts that only read. Where there is a pool, they have their own, so that no reader keeps an order from its connection.</summary>
    public const string Reads = "reads";

    /// <summary>The key of the contexts that read from the replica. Only <see cref="IReadReplica"/> knows when that is sound.</summary>
    public const string Replica = "replica";

    /// <summary>Adds the settings and the start-up, and finds out which database the configuration names.</summary>
    public static DatabaseTarget AddDatabase(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<DatabaseOptions>(DatabaseOptions.Section);
        services.AddSingleton(provider => DatabaseTarget.From(
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddSingleton<DatabaseStartup>();
        services.AddSingleton<Deadline>();
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<Deadline>());

        // It determines what is registered, so it is needed before the container exists.
        var options = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new();
        return DatabaseTarget.From(configuration, options);
    }

    /// <summary>Adds a product's contexts, with every interceptor that is registered.</summary>
    public static void AddContexts<TContext>(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> useProduct)
        where TContext : TicketingDbContext
    {
        services.AddPooledDbContextFactory<TContext>((provider, options) =>
        {
            useProduct(provider, options);
            options.AddInterceptors(provider.GetServices<IInterceptor>());
        });
        services.AddSingleton<IDbContextFactory<TicketingDbContext>, ContextFactory<TContext>>();
    }

    /// <summary>Provides the product's contexts to code that does not depend on the product.</summary>
    public static IDbContextFactory<TicketingDbContext> AsFactory<TContext>(this IDbContextFactory<TContext> contexts)
        where TContext : TicketingDbContext => new ContextFactory<TContext>(contexts);

    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<TicketingDbContext>
        where TContext : TicketingDbContext
    {
        public TicketingDbContext CreateDbContext() => contexts.CreateDbContext();
    }
}
