namespace Ticketing.Domain;

/// <summary>Something that an operator turns on and off while the program runs, on all servers at once.</summary>
/// <param name="name">Its name, such as <see cref="ReadOnly"/>.</param>
public sealed class Switch(string name)
{
    /// <summary>Maximum length of <see cref="Name"/>, in characters.</summary>
    public const int MaxNameLength = 32;

    /// <summary>While it is on, no order is taken, whatever the event.</summary>
    public const string ReadOnly = "read_only";

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = name;

    /// <summary>Whether it is on.</summary>
    public bool IsOn { get; private set; }

    /// <summary>When it was last turned, UTC.</summary>
    public DateTime ChangedAt { get; private set; }

    /// <summary>Turns it on or off.</summary>
    /// <returns>False if it was so already.</returns>
    public bool Turn(bool on, DateTime now)
    {
        if (IsOn == on)
        {
            return false;
        }

        (IsOn, ChangedAt) = (on, now);
        return true;
    }
}
