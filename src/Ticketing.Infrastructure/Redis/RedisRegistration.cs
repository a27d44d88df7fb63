using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Redis;

/// <summary>Registers the connection to Redis, if one is configured.</summary>
internal static class RedisRegistration
{
    public const string Setting = "ConnectionStrings:Redis";

    /// <summary>Timeout for Redis, after which the program continues without it: a buyer waits.</summary>
    private const int TimeoutMilliseconds = 1000;

    public static bool HasRedis(this IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[Setting]);

    public static void AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        if (!configuration.HasRedis())
        {
            return;
        }

        var options = Parse(configuration[Setting]!);

        // Redis may be unavailable at any time: its users fail at once, and the connection recovers by itself.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = TimeoutMilliseconds;
        options.SyncTimeout = TimeoutMilliseconds;
        options.AsyncTimeout = TimeoutMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry(TimeoutMilliseconds);
        options.ClientName = "ticketing";
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options));
    }

    private static ConfigurationOptions Parse(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidSettingException(Setting, exception.Message);
        }
    }
}
