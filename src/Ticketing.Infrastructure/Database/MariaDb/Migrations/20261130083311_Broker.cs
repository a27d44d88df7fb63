using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Ticketing.Infrastructure.Database.MariaDb.Migrations
{
    /// <summary>Which consumer decides the orders of a <c>queued</c> event. It can be killed and repeated, as <see cref="Reservations"/> can.</summary>
    public partial class Broker : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("ALTER TABLE events WAIT 1 ADD COLUMN IF NOT EXISTS consumer BIGINT NOT NULL DEFAULT 0, ALGORITHM=INSTANT");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("ALTER TABLE events WAIT 1 DROP COLUMN IF EXISTS consumer, ALGORITHM=INSTANT");
    }
}
