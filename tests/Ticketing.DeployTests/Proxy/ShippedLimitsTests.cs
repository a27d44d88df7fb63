using System.Globalization;
using System.Text.RegularExpressions;
using Ticketing.TestServers;

namespace Ticketing.DeployTests.Proxy;

/// <summary>
/// The limits that the image ships with: a crowd behind one address, which is what a load balancer or a Docker bridge makes of many people,
/// gets through. FrontDoorTests show what a client above the limit is told.
/// </summary>
[Trait("Run", "Full")]
public sealed partial class ShippedLimitsTests(SingleApi api) : IClassFixture<SingleApi>, IAsyncLifetime
{
    private FrontDoor _frontDoor = null!;

    public async Task InitializeAsync()
    {
        var image = await File.ReadAllTextAsync(Repository.File("deploy", "Dockerfile"));
        _frontDoor = await FrontDoor.StartAsync([api.Address], new()
        {
            RequestsPerAddress = Rate().Match(image).Groups["value"].Value,
            Burst = int.Parse(Burst().Match(image).Groups["value"].Value, CultureInfo.InvariantCulture),
        });
    }

    public async Task DisposeAsync() => await _frontDoor.DisposeAsync();

    /// <summary>The 300 buyers of the load scenario "high", without a pause between their requests.</summary>
    [Fact]
    public async Task A_crowd_behind_one_address_is_served()
    {
        const int buyers = 300;
        const int requests = 10;
        var id = await _frontDoor.Client.SetupAsync(buyers * requests);

        var replies = await Task.WhenAll(Enumerable.Range(1, buyers).Select(async buyer =>
        {
            var names = new List<string>();
            for (var i = 0; i < requests; i++)
            {
                names.Add((await _frontDoor.Client.BookAsync(id, buyer)).Name);
            }

            return names;
        }));

        replies.SelectMany(names => names).Should().HaveCount(buyers * requests).And.OnlyContain(name => name == "200");
    }

    [GeneratedRegex(@"^ +REQUESTS_PER_ADDRESS=(?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^ +REQUESTS_BURST=(?<value>\d+)", RegexOptions.Multiline)]
    private static partial Regex Burst();
}
