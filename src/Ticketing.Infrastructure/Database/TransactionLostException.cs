namespace Ticketing.Infrastructure.Database;

/// <summary>The database said that it had committed, and what was to be written is not there: it had rolled back before. The order can be tried again.</summary>
internal sealed class TransactionLostException() : Exception("What was committed is not there: the transaction had been rolled back before.");
