using Ticketing.RaceLab.Load;

namespace Ticketing.RaceLab.Sales;

/// <summary>Receives the progress of a sale.</summary>
public interface ISaleProgress
{
    void Enter(SaleStage stage);

    /// <summary>A load begins; its counts can be read from now on.</summary>
    void Follow(Tally tally, TimeSpan duration);
}

public enum SaleStage
{
    Waiting,
    Starting,
    WarmingUp,
    Selling,
    Verifying,
    WaitingForCaches,
    Done,
    Skipped,
}
