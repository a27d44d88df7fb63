using Ticketing.Application.Sales;

namespace Ticketing.Application.Events;

/// <summary>The outcome of changing an event. The list is closed: one switch turns every outcome into a response.</summary>
public abstract record EventOutcome
{
    private EventOutcome()
    {
    }

    /// <summary>The event is as it was asked for; returned only after COMMIT.</summary>
    /// <param name="Status">Its status.</param>
    public sealed record Changed(EventStatus Status) : EventOutcome;

    /// <summary>The event does not exist.</summary>
    public sealed record NotFound : EventOutcome;

    /// <summary>More tickets are sold or held than the event should have.</summary>
    /// <param name="Taken">How many.</param>
    public sealed record BelowSold(int Taken) : EventOutcome;

    /// <summary>The sale would end before it starts.</summary>
    public sealed record EndsBeforeStart : EventOutcome;

    /// <summary>The sale has ended for good.</summary>
    public sealed record SaleEnded : EventOutcome;

    /// <summary>Replicas of the previous version, which would ignore the change, may still sell the event.</summary>
    public sealed record UpgradeInProgress : EventOutcome;
}
