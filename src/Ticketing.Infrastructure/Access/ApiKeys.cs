using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Access;
using Ticketing.Application.Access.GetAudit;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database;

namespace Ticketing.Infrastructure.Access;

/// <summary>
/// The keys in the database. Concurrent requests with one key share a look-up, which is trusted for five seconds: a key that is revoked at another server may work here
/// for that long.
/// </summary>
internal sealed class ApiKeys(
    [FromKeyedServices(DatabaseRegistration.Reads)] IDbContextFactory<TicketingDbContext> contexts, IDatabaseErrors errors, TimeProvider clock) : IApiKeys, IDisposable
{
    private static readonly TimeSpan _trust = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _usePeriod = TimeSpan.FromMinutes(1);

    /// <summary>Ids that do not exist are remembered too, so the memory needs a limit.</summary>
    private readonly MemoryCache _seen = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public ValueTask<ApiKey?> FindAsync(ApiKeyText shown, CancellationToken cancellationToken)
    {
        var entry = LookUp(shown.Id);
        return entry.Key.IsCompletedSuccessfully ? new(Opened(entry, entry.Key.Result, shown)) : new(FindSlowlyAsync(entry, shown, cancellationToken));
    }

    public async Task AddAsync(ApiKey key, Actor actor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.ApiKeys.Add(key);
        db.Audit.Add(actor.Of(AuditAction.KeyCreated, key, key.CreatedAt));
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ApiKeys.AsNoTracking().OrderByDescending(key => key.CreatedAt).ThenBy(key => key.Id).ToListAsync(cancellationToken);
    }

    public async Task<bool> RevokeAsync(string id, Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.ApiKeys.SingleOrDefaultAsync(stored => stored.Id == id, cancellationToken) is not { } key)
        {
            return false;
        }

        if (key.Revoke(now))
        {
            db.Audit.Add(actor.Of(AuditAction.KeyRevoked, key, now));
            await db.SaveChangesAsync(cancellationToken);
        }

        _seen.Remove(id);
        return true;
    }

    public void Dispose() => _seen.Dispose();

    private async Task<ApiKey?> FindSlowlyAsync(Entry entry, ApiKeyText shown, CancellationToken cancellationToken) =>
        Opened(entry, await entry.Key.WaitAsync(cancellationToken), shown);

    private ApiKey? Opened(Entry entry, ApiKey? key, ApiKeyText shown)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (key is null || !key.Opens(shown.Secret, now))
        {
            return null;
        }

        if (!(now - key.LastUsedAt < _usePeriod) && entry.IsFirstUse())
        {
            _ = Task.Run(() => MarkUsedAsync(key.Id, now), CancellationToken.None);
        }

        return key;
    }

    /// <summary>The look-up of the last five seconds, or a new one. One that failed is not kept.</summary>
    private Entry LookUp(string id)
    {
        if (_seen.TryGetValue(id, out Entry? known) && clock.GetElapsedTime(known!.Began) < _trust && !known.Key.IsFaulted)
        {
            return known;
        }

        // Two at the same moment may both look it up, which does no harm.
        var fresh = new Entry(clock.GetTimestamp(), Task.Run(() => ReadAsync(id)));
        _seen.Set(id, fresh, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = _trust });
        return fresh;
    }

    private async Task<ApiKey?> ReadAsync(string id)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        return await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id, CancellationToken.None);
    }

    private async Task MarkUsedAsync(string id, DateTime now)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            await db.ApiKeys.Where(key => key.Id == id).ExecuteUpdateAsync(key => key.SetProperty(used => used.LastUsedAt, now), CancellationToken.None);
        }
        catch (Exception exception) when (errors.Classify(exception) != DatabaseFault.None)
        {
            // Nobody waits for it, and the next look-up tries again.
        }
    }

    /// <summary>A look-up.</summary>
    /// <param name="began">When it began: what it found may be as old as that.</param>
    /// <param name="key">What it finds.</param>
    private sealed class Entry(long began, Task<ApiKey?> key)
    {
        private int _uses;

        public long Began => began;

        public Task<ApiKey?> Key => key;

        public bool IsFirstUse() => Interlocked.Exchange(ref _uses, 1) == 0;
    }
}

/// <summary>Registers the keys, the limits and the audit.</summary>
internal static class AccessRegistration
{
    public static void AddAccess(this IServiceCollection services) => services
        .AddSingleton<CallerLimits>()
        .AddSingleton<IApiKeys, ApiKeys>()
        .AddSingleton<IAuditReader, AuditReader>();
}
