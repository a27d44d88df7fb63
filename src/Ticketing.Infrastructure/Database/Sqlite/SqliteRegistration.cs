using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>Registers SQLite.</summary>
internal static class SqliteRegistration
{
    public static void AddSqlite(this IServiceCollection services)
    {
        services.AddSingleton<IDatabaseErrors, SqliteErrors>();
        services.AddSingleton<IDatabaseServer, SqliteServer>();
        services.AddSingleton<SqliteClock>();
        services.AddSingleton<IDatabaseClock>(provider => provider.GetRequiredService<SqliteClock>());
        services.AddSingleton<SqliteWriteGate>();
        services.AddContexts<SqliteTicketingContext>((provider, options) =>
            options.UseSqlite(provider.GetRequiredService<DatabaseTarget>().ConnectionString));
        services.AddKeyedSingleton(DatabaseRegistration.Reads, (provider, _) => provider.GetRequiredService<IDbContextFactory<TicketingDbContext>>());
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<SqliteWriteGate>());
        services.AddSingleton<IInterceptor, SqliteDurability>();
    }
}
