using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>Sends each statement of a transaction that writes in a text of its own.</summary>
/// <remarks>
/// EF Core begins the text of a lone INSERT or UPDATE with a statement that turns autocommit on, which it always is here. If a Galera node ends the transaction between the
/// two, it has nobody to tell, and what comes next commits by itself: a booking whose ticket is not taken. Sent alone, the statement is answered with 1213, and the order is
/// tried again. docs/decisions/galera.md has what was measured.
/// </remarks>
internal sealed class LoneStatements : DbCommandInterceptor
{
    private const string Before = "SET AUTOCOMMIT = 1;";

    /// <summary>How many changes EF Core may send in one text.</summary>
    public const int MaxBatchSize = 1;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith(Before, StringComparison.Ordinal))
        {
            command.CommandText = command.CommandText[Before.Length..].TrimStart();
        }

        return new(result);
    }
}
