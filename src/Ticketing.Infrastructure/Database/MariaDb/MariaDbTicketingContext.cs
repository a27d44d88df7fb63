using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>The tables on MariaDB.</summary>
public sealed class MariaDbTicketingContext(DbContextOptions<MariaDbTicketingContext> options) : TicketingDbContext(options)
{
    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.HasCharSet("utf8mb4");

        // Names and keys are compared byte by byte: 'Key' and 'key' are two keys.
        modelBuilder.Entity<Event>().Property(@event => @event.Strategy).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<Event>().Property(@event => @event.State).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<Booking>().Property(booking => booking.Status).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<Booking>().Property(booking => booking.IdempotencyKey).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<Booking>().Property(booking => booking.CreatedBy).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<ApiKey>().Property(key => key.Id).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<ApiKey>().Property(key => key.Role).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<ApiKey>().Property(key => key.Name).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<AuditEntry>().Property(entry => entry.Actor).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<AuditEntry>().Property(entry => entry.Action).HasCharSet("ascii").UseCollation("ascii_bin");
        modelBuilder.Entity<AuditEntry>().Property(entry => entry.KeyId).HasCharSet("ascii").UseCollation("ascii_bin");
    }
}

/// <summary>Lets <c>dotnet ef</c> write migrations without a server.</summary>
internal sealed class MariaDbDesignTimeFactory : IDesignTimeDbContextFactory<MariaDbTicketingContext>
{
    public MariaDbTicketingContext CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<MariaDbTicketingContext>().UseMySql("Server=none", MariaDbRegistration.ServerVersion).Options);
}
