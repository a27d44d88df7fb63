namespace Ticketing.RaceLab.Load;

/// <summary>How a hold ended, as its buyer was told.</summary>
public enum HoldEnd
{
    /// <summary>He walked away.</summary>
    None,

    /// <summary>It was confirmed.</summary>
    Confirmed,

    /// <summary>It was released.</summary>
    Released,

    /// <summary>It had expired when he wanted to confirm or release it.</summary>
    Expired,

    /// <summary>He wanted to confirm it, and got no answer, or none that says what became of it.</summary>
    PerhapsConfirmed,

    /// <summary>He wanted to release it, and got no answer, or none that says what became of it.</summary>
    PerhapsReleased,
}

/// <summary>An order that was answered with a hold, and what became of it.</summary>
public readonly record struct HeldOrder(Order Order, long HoldId, HoldEnd End);
