namespace Ticketing.DeployTests.Replicas;

/// <summary>A sale on three replicas. The figures are in the test's output.</summary>
public abstract class SaleTests(Cluster cluster, ITestOutputHelper output)
{
    private protected Cluster Cluster => cluster;

    private protected ITestOutputHelper Output => output;

    private protected async Task<int> SetupAsync(int tickets, string strategy = "batched")
    {
        using var client = Http.Client(cluster.Address);
        return await client.SetupAsync(tickets, strategy);
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
