using System.Net;
using System.Text.Json;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Access;

/// <summary>What those who run sales do is written down, with who, when, what, before and after.</summary>
public abstract class AuditTests(ApiFixture api)
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public async Task Whoever_changes_a_sale_is_found_in_the_audit_and_who_was_refused_is_not()
    {
        using var organizer = api.ClientWith(await api.KeyAsync(Role.Organizer, "venue"));
        using var shop = api.ClientWith(await api.KeyAsync(Role.Seller));
        using var admin = api.ClientWith(await api.KeyAsync(Role.Admin, "boss"));
        organizer.DefaultRequestHeaders.Add("traceparent", Trace);
        var id = await organizer.SetupAsync(20, "batched");
        (await shop.BookAsync(id, userId: 7, quantity: 2)).IsBooked.Should().BeTrue();
        var second = (await shop.BookAsync(id, userId: 8, quantity: 3)).Json.GetProperty("booking_id").GetInt64();

        await organizer.SendAsync(HttpMethod.Patch, $"/events/{id}", new { total_tickets = 30, max_per_user = 4 });
        (await organizer.SendAsync(HttpMethod.Patch, $"/events/{id}", new { total_tickets = 1 })).ShouldBeProblem(HttpStatusCode.Conflict, "below_sold");
        foreach (var step in (string[])["pause", "pause", "resume"])
        {
            (await organizer.SendAsync(HttpMethod.Post, $"/events/{id}/{step}")).Status.Should().Be(HttpStatusCode.OK);
        }

        (await organizer.CancelAsync(second)).Json.GetProperty("returned").GetInt32().Should().Be(3);
        (await organizer.CancelAsync(second)).Json.GetProperty("returned").GetInt32().Should().Be(0, "it was cancelled before");
        await organizer.SendAsync(HttpMethod.Post, $"/events/{id}/close");
        (await organizer.SendAsync(HttpMethod.Post, $"/events/{id}/resume")).ShouldBeProblem(HttpStatusCode.Conflict, "sale_ended");

        var entries = await ReadAsync(admin, $"/audit?event_id={id}");
        entries.Select(entry => entry.GetProperty("action").GetString()).Should().Equal("sale_closed", "booking_cancelled", "sale_resumed", "sale_paused", "event_changed", "event_set_up");
        entries.Should().OnlyContain(entry => entry.GetProperty("actor").GetString() == "organizer:venue" && entry.GetProperty("trace_id").GetString() == Trace
            && entry.GetProperty("at").GetDateTime() > DateTime.UtcNow.AddMinutes(-5) && entry.GetProperty("at").GetDateTime() < DateTime.UtcNow.AddMinutes(5));
        entries[^1].GetProperty("before").ValueKind.Should().Be(JsonValueKind.Null);
        var changed = entries[^2];
        (changed.GetProperty("before").GetProperty("total_tickets").GetInt32(), changed.GetProperty("after").GetProperty("total_tickets").GetInt32()).Should().Be((20, 30));
        changed.GetProperty("after").GetProperty("max_per_user").GetInt32().Should().Be(4);
        var cancelled = entries[1];
        cancelled.GetProperty("booking_id").GetInt64().Should().Be(second);
        (cancelled.GetProperty("before").GetProperty("status").GetString(), cancelled.GetProperty("after").GetProperty("status").GetString()).Should().Be(("confirmed", "cancelled"));

        var older = await ReadAsync(admin, $"/audit?event_id={id}&page_size=2&before={entries[1].GetProperty("audit_id").GetInt64()}");
        older.Select(entry => entry.GetProperty("audit_id").GetInt64()).Should().Equal(entries.Skip(2).Take(2).Select(entry => entry.GetProperty("audit_id").GetInt64()));
    }

    [Fact]
    public async Task Keys_are_in_the_audit_without_their_secrets()
    {
        using var admin = api.ClientWith(await api.KeyAsync(Role.Admin, "boss"));
        var created = (await admin.PostAnswerAsync("/keys", new { role = "seller", name = "audited" })).Json;
        var keyId = created.GetProperty("key_id").GetString();
        await admin.SendAsync(HttpMethod.Delete, $"/keys/{keyId}");
        await admin.SendAsync(HttpMethod.Delete, $"/keys/{keyId}");

        var answer = await admin.GetAnswerAsync("/audit");
        var entries = answer.Json.GetProperty("items").EnumerateArray().Where(entry => entry.GetProperty("key_id").GetString() == keyId).ToList();
        entries.Select(entry => entry.GetProperty("action").GetString()).Should().Equal("key_revoked", "key_created");
        entries.Should().OnlyContain(entry => entry.GetProperty("actor").GetString() == "admin:boss");
        answer.Text.Should().NotContain(created.GetProperty("key").GetString()![15..]);
    }

    private static async Task<List<JsonElement>> ReadAsync(HttpClient admin, string path)
    {
        var answer = await admin.GetAnswerAsync(path);
        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        return [.. answer.Json.GetProperty("items").EnumerateArray()];
    }
}

[Trait("Run", "Full")]
public sealed class AuditOnMariaDbTests(AskingMariaDb api) : AuditTests(api), IClassFixture<AskingMariaDb>;

public sealed class AuditOnSqliteTests(AskingSqlite api) : AuditTests(api), IClassFixture<AskingSqlite>;

public sealed class AskingMariaDb : MariaDbApi
{
    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Security:Mode"] = "Keys" };
}

public sealed class AskingSqlite : SqliteApi
{
    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Security:Mode"] = "Keys" };
}
