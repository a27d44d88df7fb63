using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Races;

/// <summary>Who may run races: those who sit at the machine, unless the settings say otherwise.</summary>
[Trait("Run", "Full")]
public sealed class LabAccessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whoever_comes_by_another_name_or_through_a_proxy_finds_the_lab_closed()
    {
        await using var api = await StartAsync();

        foreach (var (header, value) in (IEnumerable<(string, string)>)
            [("Host", "tickets.example"), ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("Via", "1.1 edge"), ("X-Real-IP", "127.0.0.1"), ("X-Forwarded-Host", "localhost")])
        {
            (await StartRaceAsync(api, header, value)).ShouldBeProblem(HttpStatusCode.Forbidden, "lab_closed");
        }

        (await api.Client.GetAnswerAsync("/events")).Json.GetProperty("total").GetInt64().Should().Be(0);
        (await StartRaceAsync(api, "Host", $"localhost:{api.Address.Port}")).Status.Should().Be(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("Security__Mode", "Open")]
    [InlineData("Lab__Enabled", "false")]
    public async Task Elsewhere_it_is_closed(string setting, string value)
    {
        await using var api = await StartAsync((setting, value));

        (await api.Client.PostAnswerAsync("/races", new { })).ShouldBeProblem(HttpStatusCode.Forbidden, "lab_closed");
        (await api.Client.GetAnswerAsync("/races/1")).ShouldBeProblem(HttpStatusCode.Forbidden, "lab_closed");
        (await api.Client.GetAnswerAsync("/faults")).ShouldBeProblem(HttpStatusCode.Forbidden, "lab_closed");
        (await api.Client.PostAnswerAsync("/faults", new { fault = "slow_database" })).ShouldBeProblem(HttpStatusCode.Forbidden, "lab_closed");
    }

    [Fact]
    public async Task A_setting_opens_it_for_everybody()
    {
        await using var api = await StartAsync(("Security__Mode", "Open"), ("Lab__Enabled", "true"));

        (await StartRaceAsync(api, "X-Forwarded-For", "203.0.113.7")).Status.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Where_callers_are_asked_an_admin_races_and_his_buyers_show_his_key()
    {
        var settings = Settings(("Security__Mode", "Keys"), ("Lab__Enabled", "true"));
        await using var api = await ApiProcess.StartAsync(settings);
        (await api.Client.PostAnswerAsync("/races", new { })).ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await ApiProcess.CreateKeyAsync(settings, "admin"));

        var race = await api.Client.RaceAsync(new { buyers = 150 });

        race.Lane("naive").Oversold().Should().BePositive();
        race.Lane("batched").ShouldHaveSoldExactly(100);
        race.Lane("batched").ShouldHaveToldTheTruth(150);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_race_and_those_who_watch()
    {
        await using var api = await StartAsync();
        var id = (await api.Client.PostAnswerAsync("/races", new { strategies = (string[])["naive"], buyers = 2000, at_once = 1 })).Json.GetProperty("race_id").GetInt32();
        using var watching = await api.Client.GetAsync(new Uri($"/races/{id}/progress", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        api.Process.Terminate();

        await api.Process.WaitForExitAsync(TimeSpan.FromSeconds(15));
        api.Process.ExitCode.Should().Be(0, api.Output);
    }

    private static async Task<Answer> StartRaceAsync(ApiProcess api, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/races") { Content = JsonContent.Create(new { buyers = 5 }) };
        request.Headers.TryAddWithoutValidation(header, value);
        return await api.Client.AnswerToAsync(request);
    }

    private Task<ApiProcess> StartAsync(params (string, string)[] settings) => ApiProcess.StartAsync(Settings(settings));

    private Dictionary<string, string?> Settings(params (string Name, string Value)[] settings) => settings
        .Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))
        .Append(KeyValuePair.Create("ConnectionStrings__Ticketing", (string?)$"Data Source={_folder.File("lab.db")}"))
        .ToDictionary();
}
