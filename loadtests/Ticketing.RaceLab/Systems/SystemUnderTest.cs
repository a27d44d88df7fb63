using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ticketing.RaceLab.Http;
using Ticketing.RaceLab.Verification;
using Ticketing.TestServers;

namespace Ticketing.RaceLab.Systems;

/// <summary>The system that is measured: processes that the lab has started, or a running system.</summary>
public sealed class SystemUnderTest : IAsyncDisposable
{
    private readonly IReadOnlyList<ApiProcess> _processes;
    private readonly HttpClient _client;
    private readonly LabDatabase? _database;
    private readonly IReadOnlyList<IAsyncDisposable> _entrance;

    private SystemUnderTest(
        IReadOnlyList<Uri> addresses, IReadOnlyList<ApiProcess> processes, IReadOnlyList<IAsyncDisposable> entrance, LabDatabase? database, TimeSpan staleness)
    {
        Addresses = addresses;
        _processes = processes;
        _entrance = entrance;
        _database = database;
        _client = new HttpClient { BaseAddress = new Uri(addresses[0].ToString().TrimEnd('/') + "/") };
        if (addresses[0].UserInfo is { Length: > 0 } key)
        {
            _client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        Ledger = database is null ? new HttpLedger(_client, staleness) : new DatabaseLedger(database.Connect);
        ReadyAt = Stopwatch.GetTimestamp();
    }

    public IReadOnlyList<Uri> Addresses { get; }

    public ILedger Ledger { get; }

    /// <summary>When it first reported ready, as a <see cref="Stopwatch"/> timestamp.</summary>
    public long ReadyAt { get; }

    /// <summary>CPU used so far by the API's processes; null for a system that the lab did not start.</summary>
    public TimeSpan? CpuTime => _processes.Count == 0 ? null : _processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Process.CpuTime);

    public TimeSpan? DatabaseCpuTime => _database?.CpuTime;

    /// <summary>Resident memory of the largest process, in bytes.</summary>
    public long? Memory => Largest(process => process.WorkingSet64);

    /// <summary>The peak of <see cref="Memory"/>.</summary>
    public long? PeakMemory => Largest(process => process.PeakWorkingSet64);

    public static async Task<SystemUnderTest> StartAsync(LabDatabase database, SystemSettings settings, string? redis)
    {
        if (!File.Exists(settings.Program.Path))
        {
            throw new LabException($"{settings.Program.Path} is missing: build the lab with 'dotnet build -c {ApiProgram.Configuration}'.");
        }

        var variables = settings.ToVariables(database.ConnectionString, redis);
        var processes = new List<ApiProcess>();
        var entrance = new List<IAsyncDisposable>();
        try
        {
            for (var i = 0; i < settings.Replicas; i++)
            {
                processes.Add(await ApiProcess.StartAsync(variables, settings.Program.Path));
            }

            IReadOnlyList<Uri> addresses = [.. processes.Select(process => process.Address)];
            if (settings.Entrance != Entrance.None)
            {
                var edge = await HaproxyServer.StartAsync(addresses);
                entrance.Add(edge);
                await Eventually.HoldsAsync(async () => (await edge.ReadyAsync()).All(isReady => isReady), TimeSpan.FromSeconds(10));
                addresses = [edge.Address];
                if (settings.Entrance == Entrance.FrontDoor)
                {
                    var nginx = await NginxServer.StartAsync(edge.NginxAddress);
                    entrance.Add(nginx);
                    addresses = [new Uri(nginx.Address, "/api")];
                }
            }

            if (settings.AsksCallers)
            {
                var key = await ApiProcess.CreateKeyAsync(variables, "admin", settings.Program.Path);
                addresses = [.. addresses.Select(address => address.With(key))];
            }

            return new(addresses, processes, entrance, database, staleness: TimeSpan.Zero);
        }
        catch (InvalidOperationException exception)
        {
            await DisposeAsync([.. entrance, .. processes]);

            throw new LabException(exception.Message, exception);
        }
    }

    /// <summary>A running system.</summary>
    /// <param name="staleness">How old its cached answers may be.</param>
    public static async Task<SystemUnderTest> AttachAsync(Uri address, TimeSpan staleness)
    {
        var system = new SystemUnderTest([address], [], [], database: null, staleness);
        try
        {
            using var answer = await system._client.GetAsync(new Uri("health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode ? system : throw new LabException($"{address} is not ready: GET /health/ready answers {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException exception)
        {
            throw new LabException($"No answer from {address}: {exception.Message}", exception);
        }
    }

    /// <summary>Sets an event up.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tickets">Its tickets.</param>
    /// <param name="strategy">The strategy that sells them.</param>
    /// <param name="maxPerUser">A limit per user, with a start and an end of the sale, so that every order is checked against all rules; null for none.</param>
    /// <exception cref="StrategyRefusedException">This system cannot run that strategy.</exception>
    public async Task<int> SetupAsync(string name, int tickets, string strategy, int? maxPerUser = null)
    {
        object command = maxPerUser is null
            ? new { event_name = name, total_tickets = tickets, strategy }
            : new
            {
                event_name = name,
                total_tickets = tickets,
                strategy,
                max_per_user = maxPerUser,
                sale_starts_at = DateTimeOffset.UtcNow.AddDays(-1),
                sale_ends_at = DateTimeOffset.UtcNow.AddDays(1),
            };
        using var answer = await _client.PostAsJsonAsync(new Uri("setup", UriKind.Relative), command);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => JsonDocument.Parse(body).RootElement.GetProperty("event_id").GetInt32(),
            HttpStatusCode.BadRequest => throw new StrategyRefusedException($"/setup refuses {strategy}: {DetailOf(body)}"),
            _ => throw new LabException($"POST /setup answered {(int)answer.StatusCode}: {body}"),
        };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await DisposeAsync([.. _entrance, .. _processes]);
    }

    private static async Task DisposeAsync(IEnumerable<IAsyncDisposable> processes)
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    private static string DetailOf(string problem)
    {
        try
        {
            var root = JsonDocument.Parse(problem).RootElement;
            return root.TryGetProperty("errors", out var errors) ? errors.ToString()
                : root.TryGetProperty("detail", out var detail) ? detail.ToString()
                : problem;
        }
        catch (JsonException)
        {
            return problem;
        }
    }

    private long? Largest(Func<Process, long> read) => _processes.Count == 0 ? null : _processes.Max(process =>
    {
        using var handle = Process.GetProcessById(process.Process.Id);
        return read(handle);
    });
}

/// <summary>The system cannot run a strategy; the message says why.</summary>
public sealed class StrategyRefusedException(string message) : Exception(message);
