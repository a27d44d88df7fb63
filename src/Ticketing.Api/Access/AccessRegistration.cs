using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.IdentityModel.Tokens;
using Ticketing.Application.Access;
using Ticketing.Domain;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessRegistration
{
    /// <summary>Asymmetric ones only: a server that can check a token must not be able to make one.</summary>
    private static readonly string[] _algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly TimeSpan _clockSkew = TimeSpan.FromSeconds(60);

    /// <summary>How often the issuer is asked for its keys at most, when a token names one that is not known. The framework's five minutes would lock buyers out.</summary>
    private static readonly TimeSpan _refreshInterval = TimeSpan.FromSeconds(10);

    /// <summary>In the mode Open, there is nothing to ask, and requests pay for nothing.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="serves">Whether it will serve requests, and not do something else and exit.</param>
    public static void AddAccess(this WebApplicationBuilder builder, bool serves)
    {
        builder.Services.AddValidatedOptions<SecurityOptions>(SecurityOptions.Section);
        builder.Services.AddValidatedOptions<RateLimitOptions>(RateLimitOptions.Section);
        builder.Services.AddSingleton<WarmUpKey>();
        if (!serves)
        {
            return;
        }

        var options = builder.Configuration.GetSection(SecurityOptions.Section).Get<SecurityOptions>() ?? new();
        if (!options.AsksCallers(builder.Configuration))
        {
            builder.Services.Configure<RouteOptions>(routes => routes.SuppressCheckForUnhandledSecurityMetadata = true);
            return;
        }

        var jwt = options.Jwt;
        if ((jwt.Authority is null) != (jwt.Audience is null))
        {
            throw new InvalidSettingException($"{SecurityOptions.Section}:Jwt", "Needs both Authority and Audience: a token for another program must not buy tickets.");
        }

        // Only actions that ask for it look at what a caller shows; the one scheme that there is would be the default for all.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        var authentication = builder.Services.AddAuthentication();
        if (jwt.Authority is not null)
        {
            authentication.AddJwtBearer(bearer => AcceptBuyers(bearer, jwt));
        }

        // Authentication brings a ring of keys along for cookies, in a file that a container could not write. There are no cookies here.
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType?.Name == "DataProtectionHostedService"));
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IPolicyEvaluator>(services => new CallerEvaluator(
            services.GetRequiredService<IApiKeys>(), services.GetRequiredService<WarmUpKey>(), services.GetRequiredService<DatabaseCircuitBreaker>(), jwt.Authority is null ? null : JwtBearerDefaults.AuthenticationScheme));
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusedCaller>();
        builder.Services.AddRateLimits();
    }

    private static void AcceptBuyers(JwtBearerOptions bearer, JwtOptions jwt)
    {
        bearer.Authority = jwt.Authority;
        bearer.Audience = jwt.Audience;
        bearer.RequireHttpsMetadata = !new Uri(jwt.Authority!).IsLoopback;
        bearer.RefreshInterval = _refreshInterval;
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters.ValidAlgorithms = _algorithms;
        bearer.TokenValidationParameters.ClockSkew = _clockSkew;
        bearer.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                // A buyer and nothing more, whatever the token says of roles. Without a usable id, the caller is known, and has no role at all.
                var id = context.Principal!.FindFirstValue(jwt.UserIdClaim);
                var isBuyer = int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var userId) && userId > 0;
                context.Principal = new(isBuyer
                    ? new CallerIdentity(new(Role.Buyer, userId.ToString(CultureInfo.InvariantCulture)), JwtBearerDefaults.AuthenticationScheme)
                    : new ClaimsIdentity(JwtBearerDefaults.AuthenticationScheme));
                return Task.CompletedTask;
            },
        };
    }

    public static void UseAccess(this WebApplication app)
    {
        if (app.Services.GetService<IPolicyEvaluator>() is CallerEvaluator)
        {
            app.UseAuthorization();
            app.UseRateLimiter();
        }
    }
}
