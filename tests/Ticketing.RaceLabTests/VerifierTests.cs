using Microsoft.Data.Sqlite;
using Ticketing.RaceLab.Load;
using Ticketing.RaceLab.Systems;
using Ticketing.RaceLab.Verification;

namespace Ticketing.RaceLabTests;

/// <summary>A real sale on a real API, whose rows are then tampered with: what does not find the planted error proves nothing.</summary>
[Trait("Run", "Full")]
public sealed class VerifierTests(VerifierTests.SoldEvent sold) : IClassFixture<VerifierTests.SoldEvent>
{
    [Fact]
    public async Task An_untouched_sale_has_no_violations() => (await sold.CheckAsync("SELECT 1")).Should().BeEmpty();

    [Fact]
    public async Task A_lost_booking_is_found() => await ShouldFindAsync(
        ViolationKind.LostBooking, "DELETE FROM bookings WHERE id = (SELECT MIN(id) FROM bookings)");

    [Fact]
    public async Task A_booking_for_somebody_else_is_found() => await ShouldFindAsync(
        ViolationKind.WrongBooking, "UPDATE bookings SET user_id = user_id + 1 WHERE id = (SELECT MAX(id) FROM bookings)");

    [Fact]
    public async Task A_booking_of_another_quantity_is_found() => await ShouldFindAsync(
        ViolationKind.WrongBooking, "UPDATE bookings SET quantity = quantity + 1 WHERE id = (SELECT MAX(id) FROM bookings)");

    [Fact]
    public async Task A_double_booking_is_found() => await ShouldFindAsync(
        ViolationKind.UnexplainedBooking,
        "INSERT INTO bookings (user_id, event_id, quantity, timestamp) SELECT user_id, event_id, quantity, timestamp FROM bookings ORDER BY id LIMIT 1");

    [Fact]
    public async Task An_oversold_event_is_found_with_its_surplus_bookings()
    {
        var violations = await sold.CheckAsync("UPDATE events SET total_tickets = total_tickets - 2");
        violations.Where(violation => violation.Kind == ViolationKind.Oversold).Should().HaveCount(2)
            .And.OnlyContain(violation => violation.BookingId != null);
    }

    [Fact]
    public async Task An_undersold_event_is_found() => await ShouldFindAsync(
        ViolationKind.Undersold, "UPDATE events SET total_tickets = total_tickets + 1, available_tickets = available_tickets + 1");

    [Fact]
    public async Task A_stock_that_does_not_add_up_is_found() => await ShouldFindAsync(
        ViolationKind.StockMismatch, "UPDATE events SET available_tickets = available_tickets + 1");

    [Fact]
    public async Task A_count_of_bookings_that_is_wrong_is_found() => await ShouldFindAsync(
        ViolationKind.StockMismatch, "UPDATE events SET bookings = bookings + 1");

    [Fact]
    public void One_booking_told_to_two_buyers_is_found()
    {
        var stored = new StoredSale(new(1, 10, 9, 1), [new(5, 1, 7, 1, DateTime.UtcNow)]);
        ConfirmedOrder[] confirmed = [new(new(1, 1, 7, 1), 5, TimeSpan.Zero), new(new(2, 1, 8, 1), 5, TimeSpan.Zero)];
        Verifier.Check(stored, new(confirmed, [], 0, null, []), mayOversell: false).Should().ContainSingle()
            .Which.Kind.Should().Be(ViolationKind.SharedBooking);
    }

    [Fact]
    public void A_lost_answer_excuses_one_booking_of_its_buyer_and_no_more()
    {
        var order = new Order(1, 1, 7, 2);
        var booking = new StoredBooking(5, 1, 7, 2, DateTime.UtcNow);
        Verifier.Check(new(new(1, 10, 8, 1), [booking]), new([], [order], 0, null, []), mayOversell: false).Should().BeEmpty();
        Verifier.Check(new(new(1, 10, 6, 2), [booking, booking with { Id = 6 }]), new([], [order], 0, null, []), mayOversell: false).Should().ContainSingle()
            .Which.Kind.Should().Be(ViolationKind.UnexplainedBooking);
    }

    private async Task ShouldFindAsync(ViolationKind kind, string tampering) =>
        (await sold.CheckAsync(tampering)).Select(violation => violation.Kind).Should().Contain(kind);

    /// <summary>An event that the API has sold out to real buyers.</summary>
    public sealed class SoldEvent : IAsyncLifetime
    {
        private const int Tickets = 50;

        private LabDatabase _database = null!;
        private int _eventId;
        private BuyerAnswers _told = null!;

        public async Task InitializeAsync()
        {
            _database = await LabDatabase.StartAsync("sqlite");
            await using var system = await SystemUnderTest.StartAsync(_database, new SystemSettings(), redis: null);
            _eventId = await system.SetupAsync("verifier", Tickets, "batched");
            var tally = new Tally(Tickets);
            var plan = new LoadPlan { Buyers = 8, Duration = TimeSpan.FromSeconds(20), StopWhenSoldOut = true };
            await new LoadGenerator(plan, system.Addresses, [_eventId], "verifier-", tally).RunAsync(CancellationToken.None);
            tally.SoldOut.Should().BePositive();
            _told = new(tally.Confirmed, tally.Uncertain, tally.SoldOut, tally.FewestLeft, tally.Contradictions);
        }

        /// <summary>Runs a statement on a copy of the database, and verifies the copy as the lab does.</summary>
        public async Task<IReadOnlyList<Violation>> CheckAsync(string tampering)
        {
            await using var connection = (SqliteConnection)_database.Connect();
            await connection.OpenAsync();
            var file = connection.DataSource;
            var copy = file + ".untouched";
            await ExecuteAsync(connection, $"VACUUM INTO '{copy}'");
            try
            {
                await using (var tampered = new SqliteConnection($"Data Source={copy}"))
                {
                    await tampered.OpenAsync();
                    await ExecuteAsync(tampered, tampering);
                }

                var ledger = new DatabaseLedger(() => new SqliteConnection($"Data Source={copy};Pooling=false"));
                var stored = new StoredSale(
                    await ledger.ReadEventAsync(_eventId, CancellationToken.None), await ledger.ReadBookingsAsync(_eventId, CancellationToken.None));
                return Verifier.Check(stored, _told, mayOversell: false);
            }
            finally
            {
                SqliteConnection.ClearAllPools();
                File.Delete(copy);
            }
        }

        public async Task DisposeAsync() => await _database.DisposeAsync();

        private static async Task ExecuteAsync(SqliteConnection connection, string sql)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // From the tests above.
            command.CommandText = sql;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }
}
