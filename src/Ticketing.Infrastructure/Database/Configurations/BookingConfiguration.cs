using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database.Configurations;

internal sealed class BookingConfiguration : IEntityTypeConfiguration<Booking>
{
    public void Configure(EntityTypeBuilder<Booking> builder)
    {
        builder.ToTable("bookings");

        builder.HasKey(booking => booking.Id);
        builder.Property(booking => booking.Id).HasColumnName("id");
        builder.Property(booking => booking.UserId).HasColumnName("user_id");
        builder.Property(booking => booking.EventId).HasColumnName("event_id");
        builder.Property(booking => booking.Quantity).HasColumnName("quantity");
        builder.Property(booking => booking.IdempotencyKey).HasColumnName("idempotency_key")
            .HasMaxLength(Booking.MaxIdempotencyKeyLength).IsUnicode(false);
        builder.Property(booking => booking.Timestamp).HasColumnName("timestamp");

        builder.Property(booking => booking.HoldSeconds).HasColumnName("hold_seconds");
        builder.Property(booking => booking.Status).HasColumnName("status").HasMaxLength(16).IsUnicode(false)
            .HasConversion(status => status.Name(), name => BookingStatusNames.Parse(name));
        builder.Property(booking => booking.ExpiresAt).HasColumnName("expires_at");
        builder.Property(booking => booking.ChangedAt).HasColumnName("changed_at");
        builder.Property(booking => booking.CreatedBy).HasColumnName("created_by").HasMaxLength(Booking.MaxCreatorLength).IsUnicode(false);

        builder.HasOne<Event>().WithMany().HasForeignKey(booking => booking.EventId).OnDelete(DeleteBehavior.Restrict);

        // One key, one booking: across strategies, replicas and restarts.
        builder.HasIndex(booking => booking.IdempotencyKey).IsUnique().HasDatabaseName("ux_bookings_idempotency_key");

        // An event's bookings newest first, and its count and sum, from the index alone.
        builder.HasIndex(booking => new { booking.EventId, booking.Id, booking.Quantity }).HasDatabaseName("ix_bookings_event");

        // A user's bookings newest first.
        builder.HasIndex(booking => new { booking.UserId, booking.Id }).HasDatabaseName("ix_bookings_user");
    }
}
