using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database.Configurations;

internal sealed class AuditConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit");

        builder.HasKey(entry => entry.Id);
        builder.Property(entry => entry.Id).HasColumnName("id");
        builder.Property(entry => entry.At).HasColumnName("at");
        builder.Property(entry => entry.Actor).HasColumnName("actor").HasMaxLength(Booking.MaxCreatorLength).IsUnicode(false);
        builder.Property(entry => entry.Action).HasColumnName("action").HasMaxLength(32).IsUnicode(false).HasConversion(action => action.Name(), name => AuditActionNames.Parse(name));
        builder.Property(entry => entry.EventId).HasColumnName("event_id");
        builder.Property(entry => entry.BookingId).HasColumnName("booking_id");
        builder.Property(entry => entry.KeyId).HasColumnName("key_id").HasMaxLength(ApiKeyText.IdLength).IsUnicode(false);
        builder.Property(entry => entry.Before).HasColumnName("before_it").HasMaxLength(1000);
        builder.Property(entry => entry.After).HasColumnName("after_it").HasMaxLength(1000);
        builder.Property(entry => entry.TraceId).HasColumnName("trace_id").HasMaxLength(AuditEntry.MaxTraceLength);

        // What was done to an event, newest first.
        builder.HasIndex(entry => new { entry.EventId, entry.Id }).HasDatabaseName("ix_audit_event");
    }
}
