namespace Ticketing.Domain;

/// <summary>What an event is for.</summary>
public enum EventKind
{
    /// <summary>Tickets are sold to people.</summary>
    Sale,

    /// <summary>A lesson: buyers who do not exist race for tickets that do not exist. It never becomes the current event, and is in no list and no total of events.</summary>
    Race,
}

/// <summary>The names of the kinds in the database.</summary>
public static class EventKindNames
{
    private static readonly string[] _names = ["sale", "race"];

    /// <summary>The name of <paramref name="kind"/>, such as <c>race</c>.</summary>
    public static string Name(this EventKind kind) => _names[(int)kind];

    /// <summary>The kind of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static EventKind Parse(string name) => Array.IndexOf(_names, name) is >= 0 and var index
        ? (EventKind)index
        : throw new ArgumentException($"'{name}' is not the kind of an event.", nameof(name));
}
