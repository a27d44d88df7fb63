using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Backup;

/// <summary>The server and its disk are lost, and a new one is restored with the scripts as they are shipped.</summary>
[Trait("Run", "Full")]
public sealed partial class LostServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Buyers = 16;
    private const int Tickets = 1_000_000;

    private Vault _vault = null!;

    public async Task InitializeAsync() => _vault = await Vault.StartAsync();

    public async Task DisposeAsync() => await _vault.DisposeAsync();

    [Fact]
    public async Task Nothing_is_missing_that_was_confirmed_before_the_last_event_that_was_copied()
    {
        var api = await ApiProcess.StartAsync(_vault.ApiSettings);
        int[] events = [await Sale.SetupAsync(api, Tickets, "batched"), await Sale.SetupAsync(api, Tickets, "for_update")];
        var sale = new Sale(api, events);
        await using var shipping = _vault.ShipBinlog();

        // A backup while it sells, some more bookings, and the loss in the middle of them.
        using var closing = new CancellationTokenSource();
        var buyers = sale.RunAsync(Buyers, closing.Token);
        await Task.Delay(TimeSpan.FromSeconds(1));
        output.WriteLine(await _vault.BackUpAsync());
        var confirmedByThen = sale.Confirmed.Count;
        await Task.Delay(TimeSpan.FromSeconds(2));
        await _vault.CheckAsync("binlog");
        await _vault.Server.KillAsync();
        var lostAt = DateTime.UtcNow;
        await closing.CancelAsync();
        await buyers;
        await api.DisposeAsync();

        // The copying goes on beside it, and must not mix the new server's binlog into the old one's.
        var lost = _vault.Folders.Single(); // before the new server has one as well
        var clock = Stopwatch.StartNew();
        await _vault.LoseServerAsync();
        var shipped = await ReadShippedAsync(lost);
        var restoring = Stopwatch.StartNew();
        output.WriteLine(await _vault.RestoreAsync(lost));
        var (restore, binlog) = (restoring.Elapsed, new DirectoryInfo(lost).EnumerateFiles("binlog.*").Sum(file => file.Length));
        await using var restarted = await ApiProcess.StartAsync(_vault.ApiSettings);
        var (again, againAt) = (await Sale.OrderAsync(restarted, events[0], 1, "after-the-restore"), clock.Elapsed);

        // What was copied is there, and nothing else.
        var restored = (await _vault.QueryAsync(
                "SELECT id, event_id, user_id, idempotency_key, status, timestamp FROM bookings WHERE idempotency_key <> 'after-the-restore'",
                row => (Id: row.GetInt64(0), Event: row.GetInt32(1), User: row.GetInt32(2), Key: row.GetString(3), Status: row.GetString(4), At: row.GetDateTime(5))))
            .ToDictionary(booking => booking.Id);
        restored.Keys.Should().BeEquivalentTo(shipped);
        restored.Values.Select(booking => booking.Key).Should().OnlyHaveUniqueItems();

        // So is all that was confirmed before the last of it.
        var last = restored.Values.Max(booking => booking.At);
        var missing = sale.Confirmed.Where(purchase => !restored.ContainsKey(purchase.Id)).OrderBy(purchase => purchase.At).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
            {sale.Confirmed.Count} confirmed, {confirmedByThen} of them when the full backup was complete; {restored.Count} restored
            RPO: {missing.Count} confirmed bookings, {(lostAt - last).TotalMilliseconds:0} ms from the last booking that was copied to the loss
            RTO: {againAt.TotalSeconds:0.0} s from the loss to the first new booking, {restore.TotalSeconds:0.0} s of them restore.sh, with {binlog / 1024} KiB of binlog
            """));
        missing.Should().NotContain(purchase => purchase.At <= last);
        (sale.Confirmed.Count - missing.Count).Should().BeGreaterThan(confirmedByThen, "the binlog was applied");
        foreach (var purchase in sale.Confirmed.Except(missing))
        {
            var booking = restored[purchase.Id];
            (booking.Event, booking.User, booking.Key, booking.Status == "held").Should().Be((purchase.EventId, purchase.UserId, purchase.Key, purchase.IsHold));
        }

        // A repeated order gets its booking, and a missing one a number that nobody else has.
        foreach (var purchase in sale.Confirmed.Except(missing).OrderByDescending(purchase => purchase.At).Take(100))
        {
            var answer = await Sale.OrderAsync(restarted, purchase.EventId, purchase.UserId, purchase.Key, purchase.IsHold);
            (answer.BookingId, answer.IsReplay).Should().Be((purchase.Id, true), answer.Name);
        }

        (again.IsConfirmed, again.IsReplay).Should().Be((true, false), again.Name);
        again.BookingId.Should().BeGreaterThan(restored.Keys.Max() + 1_000_000, "a booking that is missing may have any of these numbers");
        foreach (var purchase in missing.Take(20))
        {
            var answer = await Sale.OrderAsync(restarted, purchase.EventId, purchase.UserId, purchase.Key, purchase.IsHold);
            (answer.IsConfirmed, answer.IsReplay).Should().Be((true, false), answer.Name);
        }

        var stock = await _vault.QueryAsync(
            """
            SELECT total_tickets, available_tickets, held_tickets,
                (SELECT COALESCE(SUM(quantity), 0) FROM bookings WHERE event_id = events.id AND status = 'confirmed'),
                (SELECT COALESCE(SUM(quantity), 0) FROM bookings WHERE event_id = events.id AND status = 'held')
            FROM events
            """,
            row => (Total: row.GetInt64(0), Available: row.GetInt64(1), Held: row.GetInt64(2), Sold: row.GetInt64(3), HeldToo: row.GetInt64(4)));
        stock.Should().HaveCount(events.Length).And.OnlyContain(of => of.Available + of.Held + of.Sold == of.Total && of.Held == of.HeldToo);
        stock.Sum(of => of.Held).Should().BeGreaterThan(0, "some orders were holds");

        // The new server has a binlog and a folder of its own.
        await Eventually.HoldsAsync(() => Task.FromResult(_vault.Folders.Count() == 2), TimeSpan.FromSeconds(10), () => shipping.Output);
        await _vault.BackUpAsync();
        await _vault.CheckAsync();
        (await ReadShippedAsync(lost)).Should().BeEquivalentTo(shipped);
    }

    [Fact]
    public async Task A_restore_to_a_point_in_time_has_what_was_booked_before_and_nothing_after_and_no_cache_says_otherwise()
    {
        await using var redis = await RedisProcess.StartAsync();
        var settings = new Dictionary<string, string?>(_vault.ApiSettings) { ["ConnectionStrings__Redis"] = redis.ConnectionString };

        // One replica goes on, which is worse than what the runbook says: it remembers the newer stock of the lost server.
        await using var api = await ApiProcess.StartAsync(settings);
        await using var shipping = _vault.ShipBinlog();
        var id = await Sale.SetupAsync(api, Tickets, "batched");
        await _vault.BackUpAsync();
        var before = await OrderAsync(1, "before");
        var until = DateTime.UtcNow.AddSeconds(1);
        until = new DateTime(until.Ticks - (until.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        await Task.Delay(until - DateTime.UtcNow + TimeSpan.FromMilliseconds(100));
        for (var i = 0; i < 10; i++)
        {
            await OrderAsync(2, $"after-{i}");
        }

        await _vault.CheckAsync("binlog");
        (await SoldAsync()).Should().Be(11);
        await _vault.LoseServerAsync();
        (await SoldAsync()).Should().Be(11, "it is cached");
        output.WriteLine(await _vault.RestoreAsync(_vault.Folders.First(), "--until", until.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)));

        (await _vault.QueryAsync("SELECT id FROM bookings", row => row.GetInt64(0))).Should().Equal(before.BookingId);
        await Eventually.HoldsAsync(async () => await SoldAsync() == 1, TimeSpan.FromSeconds(10));
        for (var i = 0; i < 20; i++)
        {
            (await SoldAsync()).Should().Be(1);
        }

        await using var another = await ApiProcess.StartAsync(settings);
        (await Sale.OrderAsync(another, id, 1, "before")).BookingId.Should().Be(before.BookingId);
        (await Sale.OrderAsync(another, id, 2, "after-0")).IsReplay.Should().BeFalse();

        Task<Answer> OrderAsync(int userId, string key) => Eventually.GetAsync(
            () => Sale.OrderAsync(api, id, userId, key), answer => answer.IsConfirmed, TimeSpan.FromSeconds(20));

        async Task<int> SoldAsync()
        {
            var reply = await api.Client.AskAsync($"/status?event_id={id}");
            return reply.Json.GetProperty("tickets_sold").GetInt32();
        }
    }

    /// <summary>Measures; deploy/README.md has the figures.</summary>
    [LongFact]
    public async Task How_long_a_million_bookings_take()
    {
        const int bookings = 1_000_000;
        await using var shipping = _vault.ShipBinlog();
        await using (var api = await ApiProcess.StartAsync(_vault.ApiSettings))
        {
            await Sale.SetupAsync(api, 2 * bookings, "batched");
        }

        await BookAsync("full", 0);
        var backup = Stopwatch.StartNew();
        output.WriteLine(await _vault.BackUpAsync());
        backup.Stop();

        // As many again in the binlog, in transactions of 100, as a busy sale makes them.
        await BookAsync("binlog", 1);
        await Eventually.HoldsAsync(async () =>
        {
            await using var check = _vault.TryCheck();
            await check.WaitForExitAsync(TimeSpan.FromSeconds(30));
            return check.ExitCode == 0;
        }, TimeSpan.FromMinutes(5), () => shipping.Output);
        var lost = _vault.Folders.Single();
        var (dump, binlog) = (SizeOf(lost, "full-*"), SizeOf(lost, "binlog.*"));
        await _vault.LoseServerAsync();
        var full = Stopwatch.StartNew();
        await _vault.RestoreAsync(lost, "--full-only");
        full.Stop();
        await _vault.ExecuteAsync($"DROP DATABASE {Vault.Database}");
        var both = Stopwatch.StartNew();
        output.WriteLine(await _vault.RestoreAsync(lost));
        both.Stop();

        (await _vault.QueryAsync("SELECT COUNT(*) FROM bookings", row => row.GetInt64(0))).Should().Equal(2 * bookings);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
            a million bookings: full backup {backup.Elapsed.TotalSeconds:0} s, {dump / 1_000_000} MB
            restored from it in {full.Elapsed.TotalSeconds:0} s
            from the binlog in {(both.Elapsed - full.Elapsed).TotalSeconds:0} s, {binlog / 2_000_000} MB
            """));

        static long SizeOf(string folder, string pattern) => new DirectoryInfo(folder).EnumerateFiles(pattern).Sum(file => file.Length);

        async Task BookAsync(string prefix, int round)
        {
            const int size = 100;
            await _vault.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
                $"""
                BEGIN NOT ATOMIC
                    DECLARE i INT DEFAULT 0;
                    WHILE i < {bookings / size} DO
                        START TRANSACTION;
                        INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp)
                            SELECT 1 + MOD(seq, 100000), 1, 1, CONCAT('{prefix}-', i, '-', seq, '-6f1d2b8c-2f1e-4c57'), UTC_TIMESTAMP(6) FROM seq_1_to_{size};
                        UPDATE events SET available_tickets = available_tickets - {size}, bookings = bookings + {size}, version = version + 1 WHERE id = 1;
                        COMMIT;
                        SET i = i + 1;
                    END WHILE;
                END
                """));
            output.WriteLine($"round {round} booked");
        }
    }

    /// <summary>The ids of all bookings that the copied binlog inserts in transactions that it also commits.</summary>
    private static async Task<HashSet<long>> ReadShippedAsync(string folder)
    {
        using var text = new TemporaryFolder();
        await ManagedProcess.RunAsync(
            "bash", "-c", $"mariadb-binlog --no-defaults --base64-output=decode-rows --verbose {folder}/binlog.[0-9]????? >{text.File("events")}");
        var (committed, open) = (new HashSet<long>(), new List<long>());
        var isBooking = false;
        foreach (var line in File.ReadLines(text.File("events")))
        {
            if (line.StartsWith("### INSERT INTO", StringComparison.Ordinal))
            {
                isBooking = line.EndsWith($"`{Vault.Database}`.`bookings`", StringComparison.Ordinal);
            }
            else if (isBooking && FirstColumn().Match(line) is { Success: true } id)
            {
                open.Add(long.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture));
                isBooking = false;
            }
            else if (line.StartsWith("COMMIT", StringComparison.Ordinal))
            {
                committed.UnionWith(open);
                open.Clear();
            }
        }

        return committed;
    }

    [GeneratedRegex(@"^###   @1=(\d+)")]
    private static partial Regex FirstColumn();
}
