using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Ticketing.Infrastructure.Database.MariaDb.Migrations
{
    /// <summary>
    /// Everything that reservations need, written by hand: while it runs, replicas of the previous version go on selling, and what they insert gets the defaults.
    /// </summary>
    /// <remarks>
    /// <para>
    /// MariaDB commits every DDL statement at once. If the process dies between two, the next one repeats them from the start, so each says IF NOT EXISTS.
    /// </para>
    /// <para>
    /// The bookings are never copied: columns are added INSTANT, which a CHECK inside a new column allows and a CHECK of the table would not, and indexes
    /// INPLACE, while orders go on. Only the events are copied, which are few. A statement that cannot have its table within a second gives up, so that no
    /// order waits behind it for longer, and is repeated.
    /// Source: https://mariadb.com/kb/en/innodb-online-ddl-overview/
    /// </para>
    /// </remarks>
    public partial class Reservations : Migration
    {
        /// <summary>A name as an event or a booking has it, such as <c>on_sale</c>.</summary>
        private const string Word = "VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT";

        private static readonly string[] _statements =
        [
            // The bookings of an event stay NULL until they are counted: replicas of the previous version do not count theirs.
            $"""
            ALTER TABLE events WAIT 1
                ADD COLUMN IF NOT EXISTS held_tickets INT NOT NULL DEFAULT 0 CHECK (held_tickets >= 0),
                ADD COLUMN IF NOT EXISTS bookings INT NULL DEFAULT NULL,
                ADD COLUMN IF NOT EXISTS state {Word} 'on_sale' CHECK (state IN ('on_sale', 'paused', 'ended')),
                ADD COLUMN IF NOT EXISTS max_per_user INT NULL,
                ADD COLUMN IF NOT EXISTS sale_starts_at DATETIME(6) NULL,
                ADD COLUMN IF NOT EXISTS sale_ends_at DATETIME(6) NULL,
                ADD COLUMN IF NOT EXISTS hold_seconds INT NOT NULL DEFAULT 600,
                ADD COLUMN IF NOT EXISTS max_hold_seconds INT NOT NULL DEFAULT 1800,
                ADD COLUMN IF NOT EXISTS kind {Word} 'sale' CHECK (kind IN ('sale', 'race')),
                ALGORITHM=INSTANT
            """,
            "ALTER TABLE events WAIT 1 MODIFY COLUMN version BIGINT NOT NULL, ALGORITHM=COPY, LOCK=SHARED",
            $"""
            ALTER TABLE bookings WAIT 1
                ADD COLUMN IF NOT EXISTS status {Word} 'confirmed' CHECK (status IN ('held', 'confirmed', 'released', 'expired', 'cancelled')),
                ADD COLUMN IF NOT EXISTS hold_seconds INT NULL,
                ADD COLUMN IF NOT EXISTS expires_at DATETIME(6) NULL,
                ADD COLUMN IF NOT EXISTS changed_at DATETIME(6) NULL,
                ADD COLUMN IF NOT EXISTS created_by VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
                ALGORITHM=INSTANT
            """,

            // Holds that are due. Only a hold has a time when it expires, so the index needs no status.
            "ALTER TABLE bookings WAIT 1 ADD INDEX IF NOT EXISTS ix_bookings_due (expires_at, event_id), ALGORITHM=INPLACE, LOCK=NONE",

            // The tickets of a user at an event, from the index alone.
            "ALTER TABLE bookings WAIT 1 ADD INDEX IF NOT EXISTS ix_bookings_limit (event_id, user_id, status, quantity), ALGORITHM=INPLACE, LOCK=NONE",
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (var statement in _statements)
            {
                migrationBuilder.Sql(statement);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new NotSupportedException("Holds and cancelled bookings cannot be told from confirmed ones without these columns. Restore a backup.");
    }
}
