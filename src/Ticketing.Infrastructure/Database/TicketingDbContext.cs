using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database;

/// <summary>
/// The tables. Each database product has its own sub-class, because migrations are written per product and EF Core finds
/// them by the context's type.
/// </summary>
public abstract class TicketingDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Events, with their stock.</summary>
    public DbSet<Event> Events => Set<Event>();

    /// <summary>Bookings, with their status.</summary>
    public DbSet<Booking> Bookings => Set<Booking>();

    /// <summary>Keys that were given out.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>What those who run sales have done.</summary>
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    /// <summary>What operators turn on and off.</summary>
    public DbSet<Switch> Switches => Set<Switch>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(TicketingDbContext).Assembly);

    /// <inheritdoc />
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcDateTimeConverter>();
}

/// <summary>Databases do not store that a time is UTC; this restores it, so that JSON shows the <c>Z</c>.</summary>
internal sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    value => value,
    value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
