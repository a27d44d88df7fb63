using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database.Configurations;

internal sealed class EventConfiguration : IEntityTypeConfiguration<Event>
{
    /// <summary>
    /// The number of the consumer that decides the orders of a <c>queued</c> event. A shadow property, because it is of no interest to the domain.
    /// </summary>
    public const string Consumer = "Consumer";

    public void Configure(EntityTypeBuilder<Event> builder)
    {
        // The guard of the database: whatever a strategy does wrong, only naive can oversell.
        builder.ToTable("events", table => table.HasCheckConstraint(
            "ck_events_not_oversold", "available_tickets >= 0 OR strategy = 'naive'"));

        builder.HasKey(@event => @event.Id);
        builder.Property(@event => @event.Id).HasColumnName("id");
        builder.Property(@event => @event.Name).HasColumnName("name").HasMaxLength(Event.MaxNameLength);
        builder.Property(@event => @event.TotalTickets).HasColumnName("total_tickets");
        builder.Property(@event => @event.AvailableTickets).HasColumnName("available_tickets");
        builder.Property(@event => @event.HeldTickets).HasColumnName("held_tickets");

        // The default is NULL while replicas of a version that does not count them may sell the event. Finishing the upgrade makes it 0.
        builder.Property(@event => @event.Bookings).HasColumnName("bookings").HasDefaultValueSql("NULL");
        builder.Property(@event => @event.Kind).HasColumnName("kind").HasMaxLength(16).IsUnicode(false)
            .HasConversion(kind => kind.Name(), name => EventKindNames.Parse(name));
        builder.Property(@event => @event.Strategy).HasColumnName("strategy").HasMaxLength(32).IsUnicode(false)
            .HasConversion(strategy => strategy.Name(), name => FromName(name));
        builder.Property(@event => @event.Version).HasColumnName("version").IsConcurrencyToken();
        builder.Property(@event => @event.State).HasColumnName("state").HasMaxLength(16).IsUnicode(false)
            .HasConversion(state => state.Name(), name => SaleStateNames.Parse(name));
        builder.Property(@event => @event.MaxPerUser).HasColumnName("max_per_user");
        builder.Property(@event => @event.SaleStartsAt).HasColumnName("sale_starts_at");
        builder.Property(@event => @event.SaleEndsAt).HasColumnName("sale_ends_at");
        builder.Property(@event => @event.HoldSeconds).HasColumnName("hold_seconds");
        builder.Property(@event => @event.MaxHoldSeconds).HasColumnName("max_hold_seconds");
        builder.Property<long>(Consumer).HasColumnName("consumer").HasDefaultValue(0L);
        builder.Ignore(@event => @event.Stock);
        builder.Property(@event => @event.CreatedAt).HasColumnName("created_at");
    }

    private static BookingStrategy FromName(string name) => BookingStrategyNames.TryParse(name, out var strategy) ? strategy : BookingStrategyNames.Unknown;
}
