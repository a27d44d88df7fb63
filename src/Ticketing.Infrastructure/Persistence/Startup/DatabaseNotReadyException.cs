using System.Globalization;

namespace Ticketing.Infrastructure.Persistence.Startup;

/// <summary>The database could not be used within the time that the start may take.</summary>
/// <param name="database">Which one.</param>
/// <param name="waited">How long it was tried.</param>
/// <param name="reason">What it said last.</param>
public sealed class DatabaseNotReadyException(string database, TimeSpan waited, string reason)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"No database after {waited.TotalSeconds:0} s ({database}): {reason}"));
