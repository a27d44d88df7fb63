using Ticketing.Infrastructure.Persistence;

namespace Ticketing.UnitTests.Infrastructure;

public sealed class DatabaseHealthTests
{
    private readonly SignsOfLife _life = new(TimeProvider.System);
    private readonly DatabaseHealth _health;

    public DatabaseHealthTests() => _health = new(new Silence(), _life, TimeProvider.System);

    [Fact]
    public async Task A_database_that_says_nothing_to_anybody_is_gone()
    {
        (await _health.IsReachableAsync()).Should().BeFalse();
        _health.IsGone.Should().BeFalse("once is no proof");
        (await _health.IsReachableAsync()).Should().BeFalse();
        _health.IsGone.Should().BeTrue();
    }

    [Fact]
    public async Task A_database_that_works_for_others_is_not_gone()
    {
        for (var i = 0; i < 2; i++)
        {
            var answer = _health.IsReachableAsync();
            await Task.Delay(100);
            _life.Notice();
            (await answer).Should().BeTrue();
        }

        _health.IsGone.Should().BeFalse();
    }

    [Fact]
    public async Task What_it_did_before_it_was_asked_proves_nothing()
    {
        _life.Notice();
        await Task.Delay(50);
        (await _health.IsReachableAsync()).Should().BeFalse();
    }

    /// <summary>Lets nobody in, and never says so.</summary>
    private sealed class Silence : IDatabaseEngine
    {
        public string Description => "";

        public string RowLock => "";

        public DatabaseFault Classify(Exception exception) => DatabaseFault.None;

        public Task PingAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
