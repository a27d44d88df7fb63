namespace Ticketing.RaceLab.Capacity;

/// <summary>The least that carries a load with something to spare, found by simulation: more replicas, then more databases, until nothing is used too much.</summary>
/// <param name="Scenario">The machines.</param>
/// <param name="Outcome">What they do.</param>
/// <param name="IsEnough">False if one event's lock or writer is the limit, which no machine lifts.</param>
public sealed record Plan(Scenario Scenario, Outcome Outcome, bool IsEnough)
{
    /// <summary>What may be used. The rest is for what the simulation does not know, and for a machine that fails.</summary>
    public const double Target = 0.7;

    private const int MaxSteps = 50;

    /// <param name="scenario">The load, and the cores of each replica and database.</param>
    public static Plan For(Scenario scenario)
    {
        var costs = scenario.Costs;
        var api = costs.Http + (scenario.IsBatched ? costs.WriterPerOrder : costs.ForUpdateApi);
        scenario = scenario with { Replicas = Math.Max(1, (int)Math.Ceiling(scenario.Rate * api / 1_000_000 / Target / scenario.CoresPerReplica)) };
        for (var step = 1; ; step++)
        {
            var outcome = Simulation.Run(scenario);
            var next = Next(scenario, outcome);
            if (next is null || step == MaxSteps)
            {
                return new(scenario, outcome, next is null && outcome.EventShare <= Target && outcome.BusyPerSecond == 0);
            }

            scenario = next;
        }
    }

    /// <returns>Null if there is enough, or more would not help.</returns>
    private static Scenario? Next(Scenario scenario, Outcome outcome)
    {
        if (outcome.ApiShare > Target)
        {
            // One event is on one replica: more replicas do not help the one that has it, unless its orders go to all of them.
            return outcome.MeanApiShare > Target || scenario.IsSpread || scenario.HottestShare < Target / scenario.Replicas
                ? scenario with { Replicas = More(scenario.Replicas, outcome.MeanApiShare) }
                : scenario with { IsSpread = true };
        }

        if (outcome.DatabaseShare > Target && scenario.Databases < scenario.Events)
        {
            return scenario with { Databases = More(scenario.Databases, outcome.MeanDatabaseShare) };
        }

        return outcome.PoolShare > Target ? scenario with { Replicas = scenario.Replicas + 1 }
            : outcome.EventShare > Target && scenario is { IsBatched: true, IsSpread: false, Replicas: > 1 } ? scenario with { IsSpread = true }
            : null;
    }

    private static int More(int count, double share) => Math.Max(count + 1, (int)Math.Ceiling(count * share / Target));
}
