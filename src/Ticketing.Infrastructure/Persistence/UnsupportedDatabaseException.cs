namespace Ticketing.Infrastructure.Persistence;

/// <summary>The database answers, but cannot be used as it is. The message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class UnsupportedDatabaseException(string message) : Exception(message);
