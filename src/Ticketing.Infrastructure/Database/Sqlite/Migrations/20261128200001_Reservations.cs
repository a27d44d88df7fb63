using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Ticketing.Infrastructure.Database.Sqlite.Migrations
{
    /// <summary>Everything that reservations need. One process uses the file, so the bookings of all events are counted at once.</summary>
    public partial class Reservations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
            """
            ALTER TABLE events ADD COLUMN held_tickets INTEGER NOT NULL DEFAULT 0 CHECK (held_tickets >= 0);
            ALTER TABLE events ADD COLUMN bookings INTEGER NULL DEFAULT 0;
            ALTER TABLE events ADD COLUMN state TEXT NOT NULL DEFAULT 'on_sale' CHECK (state IN ('on_sale', 'paused', 'ended'));
            ALTER TABLE events ADD COLUMN max_per_user INTEGER NULL;
            ALTER TABLE events ADD COLUMN sale_starts_at TEXT NULL;
            ALTER TABLE events ADD COLUMN sale_ends_at TEXT NULL;
            ALTER TABLE events ADD COLUMN hold_seconds INTEGER NOT NULL DEFAULT 600;
            ALTER TABLE events ADD COLUMN max_hold_seconds INTEGER NOT NULL DEFAULT 1800;
            ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT 'sale' CHECK (kind IN ('sale', 'race'));
            UPDATE events SET bookings = (SELECT COUNT(*) FROM bookings WHERE event_id = events.id);

            ALTER TABLE bookings ADD COLUMN status TEXT NOT NULL DEFAULT 'confirmed'
                CHECK (status IN ('held', 'confirmed', 'released', 'expired', 'cancelled'));
            ALTER TABLE bookings ADD COLUMN hold_seconds INTEGER NULL;
            ALTER TABLE bookings ADD COLUMN expires_at TEXT NULL;
            ALTER TABLE bookings ADD COLUMN changed_at TEXT NULL;
            ALTER TABLE bookings ADD COLUMN created_by TEXT NULL;
            CREATE INDEX ix_bookings_due ON bookings (expires_at, event_id);
            CREATE INDEX ix_bookings_limit ON bookings (event_id, user_id, status, quantity);
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new NotSupportedException("Holds and cancelled bookings cannot be told from confirmed ones without these columns. Restore a backup.");
    }
}
