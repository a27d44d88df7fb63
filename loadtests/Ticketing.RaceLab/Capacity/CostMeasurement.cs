using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Spectre.Console;
using Ticketing.RaceLab.Reporting;
using Ticketing.RaceLab.Sales;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.Capacity;

/// <summary>Measures what the simulation needs, and what it is compared with, each for a few seconds.</summary>
internal static class CostMeasurement
{
    private const int Plenty = 10_000_000;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan _cycling = TimeSpan.FromSeconds(2);

    public static async Task<Measured> RunAsync(string command, IAnsiConsole console, CancellationToken cancellationToken)
    {
        await ApiProgram.PublishAsync(step => console.MarkupLineInterpolated($"[grey]{step}[/]"));
        await using var laboratory = await Laboratory.OpenAsync("mariadb", withRedis: false);
        var cycles = await MeasureCyclesAsync(laboratory);
        var sales = new List<MeasuredSale>();
        var view = new LiveView(console, [.. Point.All.Select(point => point.Name)]);
        await view.ShowAsync(async () =>
        {
            var runner = new SaleRunner(laboratory);
            foreach (var (index, point) in Point.All.Index())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var result = await runner.RunAsync(SaleOf(point), view[index], cancellationToken);
                if (result.Violations.Count > 0)
                {
                    throw new LabException($"{point.Name}: {result.Violations[0]}");
                }

                sales.Add(new(point, FiguresOf(result)));
            }
        });
        return new(Provenance.Of(command, laboratory.Database), Environment.ProcessorCount, cycles, sales);
    }

    private static Sale SaleOf(Point point) => new()
    {
        Name = point.Name,
        Strategy = point.Strategy,
        Tickets = Plenty,
        Events = point.Events,
        WarmUp = _warmUp,
        Plan = new() { Buyers = point.Buyers, Duration = _duration, Rate = point.Rate, UseKeys = false },
        System = new() { Replicas = point.Replicas, MaxPoolSize = point.PoolSize },
    };

    private static SaleFigures FiguresOf(SaleResult sale) => new(
        Math.Round(sale.BookingsPerSecond),
        Math.Round(sale.OrderLatency.P50, 2),
        Math.Round(sale.OrderLatency.P99, 2),
        Math.Round(sale.Booked / (double)(sale.Commits ?? sale.Booked), 2),
        MicrosOf(sale, sale.Cpu.Api),
        MicrosOf(sale, sale.Cpu.Database),
        MicrosOf(sale, sale.Cpu.Generator));

    private static double MicrosOf(SaleResult sale, double? cores) => cores is { } used
        ? Math.Round(used / sale.BookingsPerSecond * 1_000_000, 1)
        : throw new LabException("The costs can only be measured of processes that the lab starts: install mariadbd.");

    /// <summary>Batches as the API's writer makes them, by one connection, while nothing else runs.</summary>
    private static async Task<IReadOnlyList<Cycle>> MeasureCyclesAsync(Laboratory laboratory)
    {
        await using var system = await laboratory.StartSystemAsync(new()); // it makes the tables
        await using var connection = laboratory.Connect();
        await connection.OpenAsync();
        var eventId = await system.SetupAsync("Race lab: costs", Plenty, "batched");
        var cycles = new List<Cycle>();
        await CycleAsync(connection, eventId, 1, _warmUp / 2); // until the code of the lab is compiled, whose CPU is measured
        foreach (var (orders, isFlushed) in ((int, bool)[])[(1, true), (1, false), (500, true)])
        {
            await ExecuteAsync(connection, $"SET GLOBAL innodb_flush_log_at_trx_commit = {(isFlushed ? 1 : 0)}");
            await CycleAsync(connection, eventId, orders, TimeSpan.FromSeconds(0.5)); // to warm up
            using var self = Process.GetCurrentProcess();
            var (client, database, clock) = (self.TotalProcessorTime, system.DatabaseCpuTime, Stopwatch.GetTimestamp());
            var count = await CycleAsync(connection, eventId, orders, _cycling);
            var wall = Stopwatch.GetElapsedTime(clock);
            self.Refresh();
            cycles.Add(new(orders, isFlushed, Each(wall), Each(self.TotalProcessorTime - client), Each(system.DatabaseCpuTime - database)));

            double Each(TimeSpan? time) => Math.Round((time ?? throw new LabException("The CPU of the database is unknown: install mariadbd.")).TotalMicroseconds / count, 1);
        }

        await ExecuteAsync(connection, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
        return cycles;
    }

    /// <summary>The two round trips of <c>MariaDbBatchDatabase</c>.</summary>
    private static async Task<int> CycleAsync(DbConnection connection, int eventId, int orders, TimeSpan duration)
    {
        const string time = "'2026-01-01 00:00:00.000000'";
        var count = 0;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < duration; count++)
        {
            await ExecuteAsync(
                connection,
                $"SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ WRITE; SELECT total_tickets, available_tickets, held_tickets, bookings, version, state, max_per_user, sale_starts_at, sale_ends_at, SYSDATE(6) FROM events WHERE id = {eventId} FOR UPDATE WAIT 5");
            var sql = new StringBuilder("INSERT INTO bookings (user_id, event_id, quantity, idempotency_key, timestamp) VALUES ");
            for (var i = 0; i < orders; i++)
            {
                sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}({i + 1},{eventId},1,NULL,{time})");
            }

            const string inserted = $"EXISTS (SELECT 1 FROM bookings WHERE id = LAST_INSERT_ID() AND timestamp = {time})";
            sql.Append(
                CultureInfo.InvariantCulture,
                $" RETURNING id; UPDATE events SET available_tickets = available_tickets - {orders}, bookings = bookings + {orders}, version = version + 1 WHERE id = {eventId} AND {inserted}; COMMIT; SET SESSION TRANSACTION READ WRITE; SELECT {inserted}");
            await ExecuteAsync(connection, sql.ToString());
        }

        return count;
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
            {
                _ = reader.GetValue(0);
            }
        }
        while (await reader.NextResultAsync());
    }
}
