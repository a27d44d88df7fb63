using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Database.CircuitBreaker;
using Ticketing.Infrastructure.Database.Sqlite;

namespace Ticketing.UnitTests.Infrastructure;

public sealed class DatabaseCircuitBreakerTests
{
    private readonly DatabaseCircuitBreaker _breaker = new(new Silence(), new SqliteErrors(), TimeProvider.System);

    [Fact]
    public async Task A_database_that_says_nothing_to_anybody_is_gone()
    {
        (await _breaker.IsReachableAsync()).Should().BeFalse();
        _breaker.IsOpen.Should().BeFalse("once is no proof");
        (await _breaker.IsReachableAsync()).Should().BeFalse();
        _breaker.IsOpen.Should().BeTrue();
    }

    [Fact]
    public async Task A_database_that_works_for_others_is_not_gone()
    {
        for (var i = 0; i < 2; i++)
        {
            var answer = _breaker.IsReachableAsync();
            await Task.Delay(100);
            _breaker.Succeeded();
            (await answer).Should().BeTrue();
        }

        _breaker.IsOpen.Should().BeFalse();
    }

    [Fact]
    public async Task What_it_did_before_it_was_asked_proves_nothing()
    {
        _breaker.Succeeded();
        await Task.Delay(50);
        (await _breaker.IsReachableAsync()).Should().BeFalse();
    }

    /// <summary>Lets nobody in, and never says so.</summary>
    private sealed class Silence : IDatabaseServer
    {
        public string Description => "";

        public Task PingAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MigrateAsync(TicketingDbContext db, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
