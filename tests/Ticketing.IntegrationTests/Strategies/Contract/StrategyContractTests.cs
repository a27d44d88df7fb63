using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Strategies.Contract;

public sealed class NaiveOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.Naive), IClassFixture<MariaDbApi>
{
    protected override bool PreventsOverselling => false;
}

public sealed class NaiveOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.Naive), IClassFixture<SqliteApi>
{
    protected override bool PreventsOverselling => false;
}

public sealed class ForUpdateOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.ForUpdate), IClassFixture<MariaDbApi>;

public sealed class ForUpdateOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.ForUpdate), IClassFixture<SqliteApi>;

public sealed class RowVersionOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.RowVersion), IClassFixture<MariaDbApi>;

public sealed class RowVersionOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.RowVersion), IClassFixture<SqliteApi>;

public sealed class AtomicUpdateOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.AtomicUpdate), IClassFixture<MariaDbApi>;

public sealed class AtomicUpdateOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.AtomicUpdate), IClassFixture<SqliteApi>;

public sealed class DistributedLockOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.DistributedLock), IClassFixture<MariaDbApi>;

public sealed class DistributedLockOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.DistributedLock), IClassFixture<SqliteApi>;

public sealed class BatchedOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.Batched), IClassFixture<MariaDbApi>;

public sealed class BatchedOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.Batched), IClassFixture<SqliteApi>;

public sealed class QueuedOnMariaDb(MariaDbApi api) : StrategyContract(api, BookingStrategy.Queued), IClassFixture<MariaDbApi>;

public sealed class QueuedOnSqlite(SqliteApi api) : StrategyContract(api, BookingStrategy.Queued), IClassFixture<SqliteApi>;

/// <summary>A strategy without its contract tests is found here.</summary>
public sealed class EveryStrategyIsTested
{
    [Fact]
    public void Every_strategy_has_a_contract_test_on_both_databases()
    {
        foreach (var strategy in Enum.GetValues<BookingStrategy>())
        {
            foreach (var fixture in (Type[])[typeof(MariaDbApi), typeof(SqliteApi)])
            {
                ContractClasses(fixture).Should().Contain(type => type.Name.StartsWith(strategy.ToString(), StringComparison.Ordinal), $"{strategy} on {fixture.Name}");
            }
        }
    }

    [Fact]
    public void Each_class_tests_the_strategy_in_its_name()
    {
        foreach (var fixture in (Type[])[typeof(MariaDbApi), typeof(SqliteApi)])
        {
            foreach (var type in ContractClasses(fixture))
            {
                var tests = (StrategyContract)Activator.CreateInstance(type, Activator.CreateInstance(fixture))!;
                type.Name.Should().StartWith(tests.Strategy.ToString());
            }
        }
    }

    private static IEnumerable<Type> ContractClasses(Type fixture) => typeof(StrategyContract).Assembly.GetTypes().Where(type =>
        type.IsSubclassOf(typeof(StrategyContract)) && type.IsAssignableTo(typeof(IClassFixture<>).MakeGenericType(fixture)));
}
