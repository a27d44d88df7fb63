using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Access.GetAudit;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Access;

internal sealed class AuditReader([FromKeyedServices(DatabaseRegistration.Reads)] IDbContextFactory<TicketingDbContext> contexts) : IAuditReader
{
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int? eventId, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var entries = db.Audit.AsNoTracking();
        if (eventId is not null)
        {
            entries = entries.Where(entry => entry.EventId == eventId);
        }

        if (before is not null)
        {
            entries = entries.Where(entry => entry.Id < before);
        }

        return await entries.OrderByDescending(entry => entry.Id).Take(limit).ToListAsync(cancellationToken);
    }
}
