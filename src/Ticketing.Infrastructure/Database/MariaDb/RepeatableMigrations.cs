using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>
/// Turns a migration's CREATE into CREATE … IF NOT EXISTS. MariaDB commits every DDL statement at once, so a process that dies in the middle
/// of a migration leaves half of it behind, and no word of it in the history table: the next start must get past that half.
/// </summary>
internal sealed class RepeatableMigrations : DbCommandInterceptor
{
    private static readonly string[] _creations = ["CREATE TABLE `", "CREATE INDEX `", "CREATE UNIQUE INDEX `"];

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.CommandSource == CommandSource.Migrations)
        {
            foreach (var creation in _creations)
            {
                command.CommandText = command.CommandText.Replace(
                    creation, $"{creation[..^1]}IF NOT EXISTS `", StringComparison.Ordinal);
            }
        }

        return new(result);
    }
}
