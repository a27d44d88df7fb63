using Ticketing.RaceLab.Capacity;

namespace Ticketing.RaceLabTests;

/// <summary>The simulation of <c>capacity</c>, where the answer is known.</summary>
public sealed class SimulationTests
{
    /// <summary>Nothing takes time but what a test names, in microseconds.</summary>
    private static readonly Costs _free = new()
    {
        RoundTrip = 0,
        Flush = 0,
        FlushCpu = 0,
        Http = 0,
        WriterPerBatch = 0,
        WriterPerOrder = 0,
        BesidePerBatch = 0,
        DatabasePerBatch = 0,
        DatabasePerOrder = 0,
        ForUpdateApi = 0,
        ForUpdateDatabase = 0,
        Generator = 0,
    };

    private static readonly Costs _usual = _free with
    {
        RoundTrip = 200,
        Flush = 500,
        Http = 60,
        WriterPerBatch = 80,
        WriterPerOrder = 2,
        DatabasePerBatch = 150,
        DatabasePerOrder = 8,
        ForUpdateApi = 200,
        ForUpdateDatabase = 300,
    };

    [Fact]
    public void The_same_seed_has_the_same_outcome_and_another_seed_has_another()
    {
        var scenario = new Scenario { Costs = _usual, Rate = 5000, Events = 100, Skew = 1, Replicas = 3, Databases = 2, Seconds = 0.5 };

        Simulation.Run(scenario).Should().Be(Simulation.Run(scenario));
        Simulation.Run(scenario with { Seed = 2 }).Should().NotBe(Simulation.Run(scenario));
    }

    /// <summary>Orders at random times, a service that always takes as long, one server: Pollaczek and Khinchine know how long they wait.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.8)]
    public void The_mean_wait_for_one_lock_is_that_of_an_M_D_1_queue(double load)
    {
        const double service = 1000; // two flushes, under the lock
        var costs = _free with { Flush = service / 2 };

        var outcome = Simulation.Run(new() { Costs = costs, IsBatched = false, Rate = load / service * 1_000_000, PoolSize = 10_000, Seconds = 60 });

        var expected = service * (1 + (load / (2 * (1 - load)))) / 1000;
        outcome.MeanLatency.Should().BeApproximately(expected, expected * 0.03);
        outcome.EventShare.Should().BeApproximately(load, 0.02);
    }

    [Fact]
    public void Orders_that_each_flush_alone_are_bound_by_the_flush()
    {
        var costs = _free with { Flush = 500 };

        var outcome = Simulation.Run(new() { Costs = costs, IsBatched = false, Rate = 3000, Events = 100, HasBinlog = false, SharesFlushes = false, Seconds = 2 });

        outcome.BookedPerSecond.Should().BeApproximately(2000, 20);
        outcome.Limit.Name.Should().Be("the log");
        outcome.LogShare.Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void One_hot_event_sells_full_batches_and_no_more()
    {
        var scenario = new Scenario { Costs = _usual, Rate = 100_000, CoresPerReplica = 256, Seconds = 0.8 };
        var bound = scenario.MaxBatchSize / scenario.WriterTime(scenario.MaxBatchSize) * 1_000_000;

        var outcome = Simulation.Run(scenario);

        outcome.BookedPerSecond.Should().BeApproximately(bound, bound * 0.05);
        outcome.BatchSize.Should().BeApproximately(scenario.MaxBatchSize, 1);
        outcome.Limit.Name.Should().Be("the hottest event");
        outcome.BusyPerSecond.Should().BePositive("the queue is full");
    }

    [Fact]
    public void The_cores_of_a_replica_are_the_limit_where_nothing_else_takes_time()
    {
        var outcome = Simulation.Run(new() { Costs = _free with { Http = 100 }, Rate = 30_000, CoresPerReplica = 2, Seconds = 1 });

        outcome.BookedPerSecond.Should().BeApproximately(20_000, 200);
        outcome.Limit.Name.Should().Be("API cores");
    }

    [Fact]
    public void Events_of_one_database_are_split_over_two()
    {
        var scenario = new Scenario { Costs = _usual, Rate = 20_000, Events = 1000, Replicas = 2, CoresPerDatabase = 8, Seconds = 0.5 };

        var one = Simulation.Run(scenario);
        var two = Simulation.Run(scenario with { Databases = 2 });

        two.DatabaseShare.Should().BeApproximately(one.DatabaseShare / 2, one.DatabaseShare * 0.1);
    }

    [Fact]
    public void A_binlog_makes_a_transaction_per_order_hold_its_lock_during_two_flushes()
    {
        var scenario = new Scenario { Costs = _free with { RoundTrip = 200, Flush = 500 }, IsBatched = false, Rate = 5000, Seconds = 2 };

        Simulation.Run(scenario).BookedPerSecond.Should().BeApproximately(1_000_000 / 1400.0, 20, "two round trips and two flushes are under the lock");
        Simulation.Run(scenario with { HasBinlog = false }).BookedPerSecond.Should().BeApproximately(1_000_000 / 400.0, 20, "InnoDB flushes after it has released the lock");
    }

    /// <summary>Of the figures that are stored, and in docs/decisions/capacity.md, which also says where they disagree.</summary>
    [Theory]
    [InlineData("10 hot events, 300 buyers", 1.25)]
    [InlineData("for_update, 10 hot events, 300 buyers", 1.25)]
    [InlineData("one hot event, 100 buyers", 1.5)]
    [InlineData("3 hot events, 300 buyers", 1.5)]
    public void The_simulation_agrees_with_sales_that_its_costs_do_not_come_from(string name, double factor)
    {
        var measured = Measured.Read();
        var sale = measured.Sales.Single(sale => sale.Point.Name == name);
        sale.Point.Role.Should().Be(Role.Comparison);

        var outcome = Simulation.Run(sale.Point.On(measured.Cores, measured.Costs()) with { Seconds = 0.5 });

        (outcome.BookedPerSecond / sale.Figures.BookingsPerSecond).Should().BeInRange(1 / factor, factor);
    }

    [Fact]
    public void A_plan_leaves_something_to_spare()
    {
        var plan = Plan.For(new() { Costs = _usual, Rate = 20_000, Events = 1000, CoresPerReplica = 2, CoresPerDatabase = 4, Seconds = 0.3 });

        plan.IsEnough.Should().BeTrue();
        plan.Outcome.ApiShare.Should().BeLessOrEqualTo(Plan.Target);
        plan.Outcome.DatabaseShare.Should().BeLessOrEqualTo(Plan.Target);
        plan.Scenario.Databases.Should().BeGreaterThan(1);
        plan.Outcome.BookedPerSecond.Should().BeApproximately(20_000, 1000);
    }
}
