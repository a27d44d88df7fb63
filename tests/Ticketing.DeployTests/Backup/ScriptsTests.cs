using System.Globalization;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Backup;

/// <summary>What the scripts do when something is wrong, and what they delete.</summary>
[Trait("Run", "Full")]
public sealed class ScriptsTests : IAsyncLifetime
{
    private Vault _vault = null!;

    private string Folder => _vault.Folders.Last();

    public async Task InitializeAsync()
    {
        _vault = await Vault.StartAsync();
        await _vault.MigrateAsync();
        await _vault.ExecuteAsync("INSERT INTO events (name, total_tickets, available_tickets, strategy, version, bookings, created_at) VALUES ('A', 100, 100, 'batched', 1, 0, NOW())");
    }

    public async Task DisposeAsync() => await _vault.DisposeAsync();

    [Fact]
    public async Task A_backup_that_fails_says_so_and_leaves_the_last_good_one_alone()
    {
        await _vault.BackUpAsync();
        var good = Backups().Single();
        File.SetLastWriteTimeUtc(Path.Combine(Folder, good), DateTime.UtcNow.AddDays(-20));
        (await Vault.FailAsync(_vault.TryCheck())).Should().Contain("has 0 bytes", "nothing copies the binlog");
        await using (var shipping = _vault.ShipBinlog())
        {
            await _vault.CheckAsync("binlog");
            (await Vault.FailAsync(_vault.TryCheck())).Should().Contain("no full backup of the last 26 h");

            // The dump has an error.
            await _vault.ExecuteAsync("CREATE VIEW broken AS SELECT id FROM bookings; RENAME TABLE bookings TO away");
            (await Vault.FailAsync(_vault.TryBackUp())).Should().Contain("mariadb-dump");
            await _vault.ExecuteAsync("DROP VIEW broken; RENAME TABLE away TO bookings");

            // The dump has no error, and not the bookings.
            await _vault.ExecuteAsync($"REVOKE SELECT ON {Vault.Database}.* FROM backup@'%'; GRANT SELECT ON {Vault.Database}.events TO backup@'%'");
            (await Vault.FailAsync(_vault.TryBackUp())).Should().Contain("no table of bookings");
        }

        Directory.GetFiles(Folder, "full*.gz").Concat(Directory.GetFiles(Folder, "full*.part")).Select(Path.GetFileName).Should().Equal(good);
    }

    [Fact]
    public async Task Old_backups_are_deleted_and_no_binlog_that_a_backup_needs()
    {
        await using var shipping = _vault.ShipBinlog();
        var (first, second) = (await NextAsync(), await NextAsync());
        var third = await NextAsync();
        Directory.GetFiles(Folder, "binlog.??????").Should().HaveCountGreaterThanOrEqualTo(4);
        foreach (var old in new[] { first, second })
        {
            File.SetLastWriteTimeUtc(Path.Combine(Folder, old), DateTime.UtcNow.AddDays(-13));
        }

        var fourth = await NextAsync();
        Backups().Should().Equal(first, second, third, fourth);

        File.SetLastWriteTimeUtc(Path.Combine(Folder, first), DateTime.UtcNow.AddDays(-15));
        File.SetLastWriteTimeUtc(Path.Combine(Folder, second), DateTime.UtcNow.AddDays(-15));
        var fifth = await NextAsync();

        Backups().Should().Equal(third, fourth, fifth);
        Directory.GetFiles(Folder, "binlog.??????").Select(Path.GetFileName).Order().First().Should().Be("binlog.000003", "the third backup begins there");

        // Each in a file of the binlog of its own.
        async Task<string> NextAsync()
        {
            await Task.Delay(1100); // their names are times, in seconds
            await _vault.BackUpAsync();
            var name = Backups().Last();
            await _vault.ExecuteAsync("FLUSH BINARY LOGS");
            await _vault.CheckAsync("binlog");
            return name;
        }
    }

    [Fact]
    public async Task The_copy_of_the_binlog_goes_on_when_the_server_or_the_copying_restarts_and_never_gets_shorter()
    {
        var shipping = _vault.ShipBinlog();
        await BookAsync(1);
        await _vault.CheckAsync("binlog");
        await _vault.Server.KillAsync();
        var before = Lengths();
        await _vault.Server.StartAsync();
        await BookAsync(2);
        await Eventually.HoldsAsync(() => Task.FromResult(Lengths().Count == 2), TimeSpan.FromSeconds(20), () => shipping.Output);
        await _vault.CheckAsync("binlog");
        Lengths().Should().Contain(before);

        // The end of the copying, as it is killed, and as it finds no server.
        shipping.Kill();
        await shipping.DisposeAsync();
        var copied = Lengths();
        await _vault.Server.StopAsync();
        await using var again = _vault.ShipBinlog();
        await again.WritesAsync("Trying again");
        Lengths().Should().Equal(copied);
        await _vault.Server.StartAsync();
        await BookAsync(3);
        await Eventually.HoldsAsync(() => Task.FromResult(Lengths().Count == 3), TimeSpan.FromSeconds(20), () => again.Output);
        await _vault.CheckAsync("binlog");
    }

    [Fact]
    public async Task A_server_that_was_set_back_does_not_overwrite_what_was_copied()
    {
        await using (_vault.ShipBinlog())
        {
            await BookAsync(1);
            await _vault.CheckAsync("binlog");
        }

        // The same name and the same identity, but other contents.
        var file = Path.Combine(Folder, "binlog.000001");
        var copied = await File.ReadAllBytesAsync(file);
        copied[^20] ^= 1;
        await File.WriteAllBytesAsync(file, copied);
        await using (var shipping = _vault.ShipBinlog())
        {
            await Eventually.HoldsAsync(() => Task.FromResult(File.Exists(file + ".kept")), TimeSpan.FromSeconds(30), () => shipping.Output);
            await _vault.CheckAsync("binlog");
        }

        await using var again = _vault.ShipBinlog();
        await again.WritesAsync("differ");
        (await File.ReadAllBytesAsync(file + ".kept")).Should().Equal(copied);
    }

    [Fact]
    public async Task A_restore_refuses_what_would_be_wrong_and_says_what_it_lacks()
    {
        var beforeTheLast = 0L;
        await using (_vault.ShipBinlog())
        {
            await BookAsync(1);
            await _vault.BackUpAsync();
            await BookAsync(2);
            await _vault.ExecuteAsync("FLUSH BINARY LOGS");
            await BookAsync(3);
            await _vault.ExecuteAsync("FLUSH BINARY LOGS");
            await _vault.CheckAsync("binlog");
            beforeTheLast = Lengths()["binlog.000003"];
            await BookAsync(4);
            await _vault.CheckAsync("binlog");
        }

        var (folder, full) = (Folder, Path.Combine(Folder, Backups().Single()));
        (await Vault.FailAsync(_vault.TryRestore(folder))).Should().Contain("is not empty");
        await _vault.LoseServerAsync();
        (await Vault.FailAsync(_vault.TryRestore("nowhere"))).Should().Contain(Path.GetFileName(folder));
        (await Vault.FailAsync(_vault.TryRestore(folder, "--until", "2020-01-01 00:00:00"))).Should().Contain("no full backup from before 2020-01-01 00:00:00");
        (await Vault.FailAsync(_vault.TryRestore(folder, "--until", "yesterday at noon o'clock"))).Should().Contain("--until takes a time");

        // A byte of the full backup.
        var bytes = await File.ReadAllBytesAsync(full);
        var damaged = bytes.ToArray();
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(full, damaged);
        (await Vault.FailAsync(_vault.TryRestore(folder))).Should().Contain("is damaged");
        await File.WriteAllBytesAsync(full, bytes);

        // A file of the binlog.
        var second = Path.Combine(folder, "binlog.000002");
        File.Move(second, second + ".away");
        (await Vault.FailAsync(_vault.TryRestore(folder))).Should().Contain("The binlog before binlog.000003 is missing");
        await DropAsync();
        File.Move(second + ".away", second);

        // The end of the last file, in the middle of an event: what comes before it is restored.
        await using (var stream = File.OpenWrite(Path.Combine(folder, "binlog.000003")))
        {
            stream.SetLength(beforeTheLast + 100);
        }

        // And a copy that had begun again and did not get far: the longer one counts.
        File.Move(second, second + ".kept");
        await File.WriteAllBytesAsync(second, (await File.ReadAllBytesAsync(second + ".kept"))[..400]);
        (await _vault.RestoreAsync(folder)).Should().Contain("WARNING").And.Contain("Restored 3 bookings");
        (await UsersAsync()).Should().Equal(1, 2, 3);

        // From its own backup, as after a mistake: what follows is in another folder.
        await DropAsync();
        await _vault.RestoreAsync(folder, "--full-only");
        (await UsersAsync()).Should().Equal(1);
        await _vault.BackUpAsync();
        var own = Folder;
        await DropAsync();
        (await _vault.RestoreAsync(own, "--full-only", "--paused")).Should().Contain("Paused: 1");
        (await _vault.QueryAsync("SELECT state FROM events", row => row.GetString(0))).Should().Equal("paused");
        await _vault.ExecuteAsync("UPDATE events SET available_tickets = available_tickets - 1");
        await Task.Delay(1100); // their names are times, in seconds
        await _vault.BackUpAsync();
        Folder.Should().NotBe(own);

        // The stock and the bookings do not agree.
        await DropAsync();
        (await Vault.FailAsync(_vault.TryRestore(Folder, "--full-only"))).Should().Contain("does not agree with their bookings: 1");

        // Nothing else writes to the folder meanwhile.
        await DropAsync();
        await using var shipping = _vault.ShipBinlog();
        await _vault.CheckAsync("binlog");
        (await Vault.FailAsync(_vault.TryRestore(Folder))).Should().Contain("Stop it first");
    }

    private List<string> Backups() => [.. Directory.GetFiles(Folder, "full-*").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private Dictionary<string, long> Lengths() => _vault.Folders.Any()
        ? new DirectoryInfo(Folder).EnumerateFiles("binlog.??????").ToDictionary(file => file.Name, file => file.Length)
        : [];

    private Task DropAsync() => _vault.ExecuteAsync($"DROP DATABASE {Vault.Database}");

    private Task<List<int>> UsersAsync() => _vault.QueryAsync("SELECT user_id FROM bookings ORDER BY id", row => row.GetInt32(0));

    private Task BookAsync(int userId) => _vault.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
        $"""
        START TRANSACTION;
        INSERT INTO bookings (user_id, event_id, quantity, timestamp) VALUES ({userId}, 1, 1, UTC_TIMESTAMP(6));
        UPDATE events SET available_tickets = available_tickets - 1, bookings = bookings + 1, version = version + 1 WHERE id = 1;
        COMMIT
        """));
}
