using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Ticketing.Infrastructure.Persistence.MariaDb;

/// <summary>Lets <c>dotnet ef</c> write migrations without a server.</summary>
internal sealed class MariaDbDesignTimeFactory : IDesignTimeDbContextFactory<MariaDbTicketingContext>
{
    public MariaDbTicketingContext CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<MariaDbTicketingContext>().UseMySql("Server=none", PersistenceRegistration.ServerVersion).Options);
}
