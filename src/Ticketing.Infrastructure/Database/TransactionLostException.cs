namespace Ticketing.Infrastructure.Database;

/// <summary>The database said that it had committed, and what was to be written is not there: it had rolled back before, or somebody has changed it since.</summary>
internal sealed class TransactionLostException() : Exception("What was committed is not there.");
