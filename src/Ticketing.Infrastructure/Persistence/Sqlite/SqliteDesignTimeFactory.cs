using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Ticketing.Infrastructure.Persistence.Sqlite;

/// <summary>Lets <c>dotnet ef</c> write migrations without a database.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteTicketingContext>
{
    public SqliteTicketingContext CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<SqliteTicketingContext>().UseSqlite("Data Source=none").Options);
}
