using Microsoft.EntityFrameworkCore;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Persistence.MariaDb;

/// <summary>The two tables on MariaDB.</summary>
public sealed class MariaDbTicketingContext(DbContextOptions<MariaDbTicketingContext> options) : TicketingDbContext(options)
{
    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.HasCharSet("utf8mb4");

        // Names and keys of ours are compared byte by byte: 'Key' and 'key' are two keys.
        modelBuilder.Entity<Event>().Property(@event => @event.Strategy).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<Booking>().Property(booking => booking.IdempotencyKey).HasCharSet("ascii").UseCollation("ascii_bin");
    }
}
