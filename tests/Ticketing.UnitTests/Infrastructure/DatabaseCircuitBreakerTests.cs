using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;

namespace Ticketing.UnitTests.Infrastructure;

public sealed class DatabaseCircuitBreakerTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _clock = new();
    private readonly Silence _database = new();
    private readonly FakeLogger<DatabaseCircuitBreaker> _log = new();
    private readonly DatabaseCircuitBreaker _breaker;

    public DatabaseCircuitBreakerTests() => _breaker = new(_database, _clock, _log);

    [Fact]
    public async Task Two_probes_without_an_answer_open_the_breaker()
    {
        (await AskAsync()).Should().BeFalse();
        _breaker.IsOpen.Should().BeFalse("once is no proof");
        (await AskAsync()).Should().BeFalse();
        _breaker.IsOpen.Should().BeTrue();
    }

    [Fact]
    public async Task The_log_tells_once_why_it_opened_and_that_it_closed()
    {
        for (var i = 0; i < 3; i++)
        {
            await AskAsync();
        }

        _log.Collector.GetSnapshot().Should().ContainSingle().Which.Message.Should().EndWith("It does not answer within 2 s.");

        await AskAsync(meanwhile: _breaker.LastSuccess.Report);
        _log.Collector.GetSnapshot().Select(line => line.Message).Should().HaveCount(2).And.HaveElementAt(1, "The database is available again.");
    }

    [Fact]
    public async Task A_statement_that_succeeds_during_a_probe_keeps_the_breaker_closed()
    {
        for (var i = 0; i < 2; i++)
        {
            (await AskAsync(meanwhile: _breaker.LastSuccess.Report)).Should().BeTrue();
        }

        _breaker.IsOpen.Should().BeFalse();
    }

    [Fact]
    public async Task A_success_before_the_probe_does_not_count()
    {
        _breaker.LastSuccess.Report();
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        (await AskAsync()).Should().BeFalse();
    }

    /// <summary>Asks, and lets the time pass that a database has for its answer.</summary>
    private async Task<bool> AskAsync(Action? meanwhile = null)
    {
        var answer = _breaker.IsReachableAsync();
        (await _database.Asked.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue();
        _clock.Advance(_timeout / 2);
        meanwhile?.Invoke();
        _clock.Advance(_timeout / 2);
        return await answer;
    }

    /// <summary>Never answers a ping.</summary>
    private sealed class Silence : IDatabaseServer
    {
        public string Description => "";

        public SemaphoreSlim Asked { get; } = new(0);

        public Task ProbeAsync(CancellationToken cancellationToken)
        {
            Asked.Release();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MigrateAsync(TicketingDbContext db, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<bool> IsUpgradingAsync(TicketingDbContext db, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task FinishUpgradeAsync(TicketingDbContext db, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
