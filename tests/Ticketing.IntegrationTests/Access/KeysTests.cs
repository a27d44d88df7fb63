using System.Net;
using System.Net.Http.Headers;
using Ticketing.Application.Access;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Access;

/// <summary>The life of a key.</summary>
[Trait("Run", "Full")]
[Collection(AccessTestGroup.Name)]
public sealed class KeysTests(AskingApi api)
{
    [Fact]
    public async Task A_key_is_created_shown_once_used_and_revoked()
    {
        using var admin = await api.ClientOfAsync(Role.Admin, "boss");
        var created = await admin.PostAnswerAsync("/keys", new { role = "seller", name = "new shop", expires_at = "2090-01-01T00:00:00Z" });
        created.Status.Should().Be(HttpStatusCode.Created, created.Text);
        created.Headers["Cache-Control"].Should().Be("no-store");
        var (id, text) = (created.Json.GetProperty("key_id").GetString()!, created.Json.GetProperty("key").GetString()!);
        text.Should().MatchRegex("^tk_[A-Za-z0-9_-]{11}_[A-Za-z0-9_-]{43}$").And.StartWith($"tk_{id}_");

        using var shop = api.ClientWith(text);
        (await shop.GetAnswerAsync("/history?user_id=1")).Status.Should().Be(HttpStatusCode.OK);
        await Eventually.HoldsAsync(
            async () => (await ItemAsync(admin, id)).GetProperty("last_used_at").ValueKind == System.Text.Json.JsonValueKind.String, TimeSpan.FromSeconds(10));
        (await admin.GetAnswerAsync("/keys")).Text.Should().NotContain(text).And.NotContain("hash");

        (await admin.SendAsync(HttpMethod.Delete, $"/keys/{id}")).Status.Should().Be(HttpStatusCode.NoContent);
        (await shop.GetAnswerAsync("/history?user_id=1")).ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await admin.SendAsync(HttpMethod.Delete, $"/keys/{id}")).Status.Should().Be(HttpStatusCode.NoContent, "it is safe to send it again");
        (await ItemAsync(admin, id)).GetProperty("revoked_at").GetDateTime().Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(1));
        (await admin.SendAsync(HttpMethod.Delete, "/keys/nobody")).ShouldBeProblem(HttpStatusCode.NotFound, "key_not_found");
    }

    [Fact]
    public async Task Whatever_is_not_quite_a_key_is_refused()
    {
        var key = await api.KeyAsync(Role.Admin, "almost");
        var other = await api.KeyAsync(Role.Admin, "almost");
        foreach (var wrong in (string[])
        [
            key[..^1], $"{key}A", key[..^1] + (key[^1] == 'A' ? 'E' : 'A'), key.ToUpperInvariant(), $"{key[..15]}{other[15..]}", $"{ApiKeyText.Create().Reveal()}", "tk_", "tk_x_y", "tk",
        ])
        {
            using var client = api.ClientWith(wrong);
            (await client.GetAnswerAsync("/keys")).ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        using var basic = api.ClientWith(null);
        basic.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", key);
        (await basic.GetAnswerAsync("/keys")).ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        using var right = api.ClientWith(key);
        (await right.GetAnswerAsync("/keys")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Bad_input_creates_no_key()
    {
        using var admin = await api.ClientOfAsync(Role.Admin, "careful");
        var before = (await admin.GetAnswerAsync("/keys")).Json.GetArrayLength();
        foreach (var (field, body) in new (string, object)[]
        {
            ("role", new { role = "buyer", name = "x" }), ("role", new { role = "Admin", name = "x" }), ("name", new { role = "seller", name = "" }),
            ("name", new { role = "seller", name = "a:b" }), ("name", new { role = "seller", name = "x\n" }), ("name", new { role = "seller", name = new string('x', 65) }),
            ("expires_at", new { role = "seller", name = "x", expires_at = "2020-01-01T00:00:00Z" }), ("expires_at", new { role = "seller", name = "x", expires_at = "tomorrow" }),
        })
        {
            var answer = await admin.PostAnswerAsync("/keys", body);
            answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation_failed");
            answer.Json.GetProperty("errors").TryGetProperty(field, out _).Should().BeTrue(answer.Text);
        }

        (await admin.GetAnswerAsync("/keys")).Json.GetArrayLength().Should().Be(before);
    }

    [Fact]
    public async Task Every_server_knows_within_seconds_that_a_key_is_revoked_none_logs_it_and_without_the_database_it_is_trusted_no_longer()
    {
        await using var server = await MariaDbProcess.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Ticketing"] = $"{server.ConnectionString};Database=ticketing",
            ["Security__Mode"] = "Keys",
            ["Log__Level"] = "Verbose",
        };
        var boss = await ApiProcess.CreateKeyAsync(new Dictionary<string, string?>(settings) { ["Log__Level"] = "Warning" }, "admin");
        boss.Should().MatchRegex("^tk_[A-Za-z0-9_-]{55}$", "nothing else is printed, so that a script can keep it");
        await using var one = await ApiProcess.StartAsync(settings);
        await using var two = await ApiProcess.StartAsync(settings);
        one.Client.DefaultRequestHeaders.Authorization = two.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", boss);
        var created = (await one.Client.PostAnswerAsync("/keys", new { role = "seller", name = "shop" })).Json;
        var key = created.GetProperty("key").GetString()!;
        using var shop = new HttpClient { BaseAddress = two.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        (await shop.GetAnswerAsync("/history?user_id=1")).Status.Should().Be(HttpStatusCode.OK);

        (await one.Client.SendAsync(HttpMethod.Delete, $"/keys/{created.GetProperty("key_id").GetString()}")).Status.Should().Be(HttpStatusCode.NoContent);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Eventually.HoldsAsync(async () => (await shop.GetAnswerAsync("/history?user_id=1")).Status == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(20));
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10), "five, and the time that a busy machine takes to ask");

        await server.KillAsync();
        await Eventually.HoldsAsync(async () => (await two.Client.GetAnswerAsync("/metrics")).Code == "database_unavailable", TimeSpan.FromSeconds(20));
        (await two.Client.GetAnswerAsync("/health/live")).Status.Should().Be(HttpStatusCode.OK, "it asks nobody");

        foreach (var output in (string[])[one.Output, two.Output])
        {
            output.Should().NotContain(key[15..]).And.NotContain(boss[15..], "a log is read by many");
        }
    }

    [Theory]
    [InlineData("http://0.0.0.0:{0}")]
    [InlineData("http://*:{0}")]
    [InlineData("http://[::]:{0}")]
    [InlineData("http://127.0.0.1:{0};http://example.org:{0}")]
    public async Task On_a_public_address_the_program_does_not_start_until_somebody_has_said_who_may_call_it(string addresses)
    {
        await using var program = ApiProcess.Run(
            new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = string.Format(System.Globalization.CultureInfo.InvariantCulture, addresses, Ports.Free()) });
        await program.WaitForExitAsync(TimeSpan.FromSeconds(30));

        program.ExitCode.Should().Be(1);
        program.Output.Should().StartWith("Cannot start. Security:Mode: Others can reach http://").And.NotContain("   at ");
    }

    private static async Task<System.Text.Json.JsonElement> ItemAsync(HttpClient admin, string id) =>
        (await admin.GetAnswerAsync("/keys")).Json.EnumerateArray().Single(item => item.GetProperty("key_id").GetString() == id);
}
