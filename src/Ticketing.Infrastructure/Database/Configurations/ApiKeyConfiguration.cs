using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Ticketing.Application.Access;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Database.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    private const int HashBytes = 32;

    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");

        builder.HasKey(key => key.Id);
        builder.Property(key => key.Id).HasColumnName("id").HasMaxLength(ApiKeyText.IdLength).IsUnicode(false);
        builder.Property(key => key.SecretHash).HasColumnName("secret_hash").HasMaxLength(HashBytes).IsFixedLength();
        builder.Property(key => key.Role).HasColumnName("role").HasMaxLength(16).IsUnicode(false).HasConversion(role => role.Name(), name => RoleNames.Parse(name));
        builder.Property(key => key.Name).HasColumnName("name").HasMaxLength(ApiKey.MaxNameLength).IsUnicode(false);
        builder.Property(key => key.CreatedAt).HasColumnName("created_at");
        builder.Property(key => key.ExpiresAt).HasColumnName("expires_at");
        builder.Property(key => key.RevokedAt).HasColumnName("revoked_at");
        builder.Property(key => key.LastUsedAt).HasColumnName("last_used_at");
    }
}
