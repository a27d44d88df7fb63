using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Caching;

/// <summary>Guessed ids do not fill the memory: that an event does not exist is not cached.</summary>
[Trait("Run", "Full")]
public sealed class UnknownIdsTests
{
    [LongFact]
    public async Task A_million_unknown_ids_fit_into_a_heap_of_128_megabytes()
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = $"Data Source={folder.File("ids.db")}",
            ["DOTNET_GCHeapHardLimit"] = "8000000", // hexadecimal
        });
        await api.Client.SetupAsync(1, "batched");

        await Parallel.ForAsync(0, 1_000_000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var path = i % 2 == 0 ? $"/status?event_id={i + 1000}" : $"/history?user_id={i + 1000}";
            using var answer = await api.Client.GetAsync(new Uri(path, UriKind.Relative), CancellationToken.None);
            ((int)answer.StatusCode).Should().BeOneOf(404, 200);
        });

        (await api.IsReadyAsync()).Should().BeTrue(api.Output);
    }
}
