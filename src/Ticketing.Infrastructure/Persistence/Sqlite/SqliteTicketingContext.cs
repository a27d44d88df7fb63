using Microsoft.EntityFrameworkCore;

namespace Ticketing.Infrastructure.Persistence.Sqlite;

/// <summary>The two tables on SQLite.</summary>
public sealed class SqliteTicketingContext(DbContextOptions<SqliteTicketingContext> options) : TicketingDbContext(options);
