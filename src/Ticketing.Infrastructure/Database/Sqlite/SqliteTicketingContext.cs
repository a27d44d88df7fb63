using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Ticketing.Infrastructure.Database.Sqlite;

/// <summary>The tables on SQLite.</summary>
public sealed class SqliteTicketingContext(DbContextOptions<SqliteTicketingContext> options) : TicketingDbContext(options);

/// <summary>Lets <c>dotnet ef</c> write migrations without a database.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteTicketingContext>
{
    public SqliteTicketingContext CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<SqliteTicketingContext>().UseSqlite("Data Source=none").Options);
}
