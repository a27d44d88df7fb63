using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database.Configurations;

internal sealed class SwitchConfiguration : IEntityTypeConfiguration<Switch>
{
    public void Configure(EntityTypeBuilder<Switch> builder)
    {
        builder.ToTable("switches");

        builder.HasKey(one => one.Name);
        builder.Property(one => one.Name).HasColumnName("name").HasMaxLength(Switch.MaxNameLength).IsUnicode(false);
        builder.Property(one => one.IsOn).HasColumnName("is_on");
        builder.Property(one => one.ChangedAt).HasColumnName("changed_at");
    }
}
