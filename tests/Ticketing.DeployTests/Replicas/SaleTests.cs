using Ticketing.TestServers;

namespace Ticketing.DeployTests.Replicas;

/// <summary>A sale on three replicas. The figures are in the test's output.</summary>
public abstract class SaleTests(Cluster cluster, ITestOutputHelper output)
{
    private protected Cluster Cluster => cluster;

    private protected ITestOutputHelper Output => output;

    /// <summary>The test before may have left pooled connections to a database that was stopped.</summary>
    private protected async Task<int> SetupAsync(int tickets, string strategy = "batched")
    {
        using var client = Http.Client(cluster.Address);
        var reply = await Eventually.GetAsync(
            () => client.TrySetupAsync(tickets, strategy),
            reply => reply.Name != "503 database_unavailable",
            TimeSpan.FromSeconds(20));
        reply.Name.Should().Be("200", reply.Text);
        return reply.Json.GetProperty("event_id").GetInt32();
    }

    /// <summary>What was confirmed is there once; and nothing else is, but for orders without a key whose outcome is unknown.</summary>
    private protected async Task ExpectBooksToAgreeAsync(int eventId, int tickets, Crowd crowd)
    {
        var books = await cluster.ReadBooksAsync(eventId);
        var unknown = books.Bookings.Except(crowd.Confirmed).Count();
        unknown.Should().BeLessThanOrEqualTo(crowd.Undecided);
        crowd.Confirmed.Should().OnlyHaveUniqueItems("one booking for each order that was confirmed").And.BeSubsetOf(books.Bookings);
        books.Available.Should().Be(tickets - books.Bookings.Count);
    }

    private protected void Report(string what, Crowd crowd) => output.WriteLine($"{what}: {crowd.Summary()}");

    private protected static void ExpectOnly(Crowd crowd, params string[] answers) => crowd.Answers.Keys.Should().BeSubsetOf(answers, crowd.Summary());
}
