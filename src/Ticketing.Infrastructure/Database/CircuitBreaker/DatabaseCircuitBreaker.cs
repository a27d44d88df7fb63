using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ticketing.Application.Common;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Infrastructure.Database.CircuitBreaker;

/// <summary>
/// Knows whether the database is available. While the breaker is open, requests fail at once instead of one by one after seconds, which is how
/// long connecting to a server that hangs takes.
/// </summary>
/// <remarks>
/// It probes the database once a second, however many ask: health checks must not add to the load that they watch. Two failed probes in a row
/// open it, because a machine under load may be slow once; one success closes it. A statement that succeeds while a probe waits counts as a
/// success too: a database under load may accept no new connection for seconds, and is still available.
/// </remarks>
public sealed class DatabaseCircuitBreaker(IDatabaseServer server, TimeProvider clock, ILogger<DatabaseCircuitBreaker> logger)
    : BackgroundService, IDatabaseHealth
{
    private const int FailuresThatOpen = 2;
    private const string NoAnswer = "It does not answer within 2 s.";

    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(2);

    /// <summary>Without any order, it is still probed every second, and the stock read for the metrics.</summary>
    private static readonly TimeSpan _longestSilence = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private Task<bool> _probe = Task.FromResult(false);
    private long? _probedAt;
    private volatile int _failures;

    /// <summary>When a statement or a probe last succeeded, of whatever pool.</summary>
    public LastSuccess LastSuccess { get; } = new(clock);

    /// <summary>Whether the database is known to be unavailable.</summary>
    public bool IsOpen => _failures >= FailuresThatOpen;

    /// <summary>Whether it answers statements. Unlike the breaker, this does not wait for two probes, and is only good for telling why a statement failed.</summary>
    public bool IsAnswering => !IsOpen && LastSuccess.IsWithin(_longestSilence);

    /// <summary>The result of the last second's probe. A database that answers neither the probe nor anybody else within 2 s is unreachable.</summary>
    public Task<bool> IsReachableAsync()
    {
        lock (_lock)
        {
            if (_probedAt is null || (_probe.IsCompleted && clock.GetElapsedTime(_probedAt.Value) >= _period))
            {
                _probedAt = clock.GetTimestamp();
                _probe = Task.Run(ProbeAsync);
            }

            return _probe;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_period, clock);
        while (await timer.NextAsync(stoppingToken))
        {
            await IsReachableAsync();
        }
    }

    private async Task<bool> ProbeAsync()
    {
        string? failure;
        var began = clock.GetTimestamp();
        using var timeout = new CancellationTokenSource(_timeout, clock);
        try
        {
            await server.ProbeAsync(timeout.Token).WaitAsync(timeout.Token);
            LastSuccess.Report();
            failure = null;
        }
        catch (OperationCanceledException)
        {
            failure = LastSuccess.IsSince(began) ? null : NoAnswer;
        }
        catch (Exception exception) // whatever it is: it must not end the program
        {
            failure = exception.GetBaseException().Message;
        }

        Count(failure);
        return failure is null;
    }

    /// <summary>The log has a line when it changes, as an operator who finds the breaker open asks why.</summary>
    private void Count(string? failure)
    {
        if (failure is null)
        {
            if (IsOpen)
            {
                BreakerLog.Closed(logger);
            }

            _failures = 0;
        }
        else if (!IsOpen && ++_failures == FailuresThatOpen)
        {
            BreakerLog.Opened(logger, failure);
        }
    }
}

/// <summary>The circuit breaker is open, so nothing was tried.</summary>
public sealed class DatabaseUnavailableException() : Exception("The database is unavailable.");

internal static partial class BreakerLog
{
    [LoggerMessage(1004, LogLevel.Warning, "The database is unavailable, so requests that need it are refused until it answers a probe. {Reason}")]
    public static partial void Opened(ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Information, "The database is available again.")]
    public static partial void Closed(ILogger logger);
}

/// <summary>Registers the circuit breaker.</summary>
internal static class CircuitBreakerRegistration
{
    public static void AddDatabaseCircuitBreaker(this IServiceCollection services)
    {
        services.AddSingleton<DatabaseCircuitBreaker>();
        services.AddSingleton<IDatabaseHealth>(provider => provider.GetRequiredService<DatabaseCircuitBreaker>());
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<DatabaseCircuitBreaker>().LastSuccess);
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseCircuitBreaker>());
    }
}
