using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Ticketing.Api.Problems;
using Ticketing.Domain;
using Ticketing.Infrastructure.Access;

namespace Ticketing.Api.Access;

/// <summary>
/// Limits how often one caller may ask, so that no caller takes the others' share. Only callers who are known are limited here: strangers are at the front door, by address.
/// </summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(limiter => limiter.OnRejected = RefuseAsync);
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>, CallerLimits>((limiter, options, limits) =>
        {
            // Made once, and not for each request.
            Func<string, RateLimiter> ofUser = LimiterOf(options.Value.Of(Role.Buyer)), ofKey = LimiterOf(options.Value.Of(Role.Seller));
            var unlimited = RateLimitPartition.GetNoLimiter("");
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                (context.User.Identity as CallerIdentity)?.Caller is { } caller && !ReferenceEquals(caller, WarmUpKey.Caller)
                    ? RateLimitPartition.Get(caller.Id, caller.Role == Role.Buyer ? ofUser : ofKey)
                    : unlimited);

            Func<string, RateLimiter> LimiterOf(RateLimit limit) => caller => limits.Create(caller, limit.PerSecond, limit.Burst);
        });
    }

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        var caller = ((CallerIdentity)context.User.Identity!).Caller;
        var limit = context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.Of(caller.Role);
        var seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;
        var headers = context.Response.Headers;
        headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);

        // draft-ietf-httpapi-ratelimit-headers-10: so many in so many seconds, what is left of them, and when there is more.
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";q={limit.Burst};w={Math.Max(1, limit.Burst / limit.PerSecond)}");
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";r=0;t={seconds}");
        await ProblemWriter.WriteAsync(context, ProblemKind.RateLimited, string.Create(
            CultureInfo.InvariantCulture, $"{caller.Id} may send {limit.PerSecond:N0} requests a second, and {limit.Burst:N0} at once. Nothing was done. Try again after the delay given by Retry-After."));
    }
}

/// <summary>The section <c>RateLimit</c> of the configuration.</summary>
public sealed class RateLimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "RateLimit";

    /// <summary>Requests a second of one buyer, in the long run.</summary>
    [Range(1, 1_000_000)]
    public int UserPerSecond { get; set; } = 5;

    /// <summary>Requests of one buyer at once.</summary>
    [Range(1, 1_000_000)]
    public int UserBurst { get; set; } = 20;

    /// <summary>Requests a second with the keys of one name, in the long run.</summary>
    [Range(1, 1_000_000)]
    public int KeyPerSecond { get; set; } = 2000;

    /// <summary>Requests with the keys of one name at once.</summary>
    [Range(1, 1_000_000)]
    public int KeyBurst { get; set; } = 4000;

    internal RateLimit Of(Role role) => role == Role.Buyer ? new("user", UserPerSecond, UserBurst) : new("key", KeyPerSecond, KeyBurst);
}

/// <summary>A limit.</summary>
/// <param name="Name">Its name in responses.</param>
/// <param name="PerSecond">Requests a second, in the long run.</param>
/// <param name="Burst">Requests at once.</param>
internal sealed record RateLimit(string Name, int PerSecond, int Burst);
