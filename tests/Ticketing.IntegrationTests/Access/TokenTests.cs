using System.Net;
using Ticketing.IntegrationTests.Hosting;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Access;

/// <summary>The tokens of buyers, from a real issuer.</summary>
[Trait("Run", "Full")]
[Collection(AccessTestGroup.Name)]
public sealed class TokenTests(AskingApi api)
{
    [Fact]
    public async Task Tokens_for_others_and_tokens_that_are_not_the_issuers_are_refused()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var good = new { sub = "42", iss = api.Issuer.Address.ToString().TrimEnd('/'), aud = Issuer.Audience, iat = now, exp = now + 300 };

        (await AskAsync(await api.Issuer.SignAsync(new { alg = "RS256" }, good))).Status.Should().Be(HttpStatusCode.OK, "the others differ from it in one thing");
        foreach (var (why, token) in new Dictionary<string, string>
        {
            ["another audience"] = await api.Issuer.TokenAsync("42", "urn:other"),
            ["another issuer"] = await api.Issuer.SignAsync(new { alg = "RS256" }, new { good.sub, iss = "http://127.0.0.1:1", good.aud, good.iat, good.exp }),
            ["expired, even with a minute of skew"] = await api.Issuer.SignAsync(new { alg = "RS256" }, new { good.sub, good.iss, good.aud, iat = now - 400, exp = now - 70 }),
            ["without an end"] = await api.Issuer.SignAsync(new { alg = "RS256" }, new { good.sub, good.iss, good.aud, good.iat }),
            ["the public key as a secret"] = await api.Issuer.SignAsync(new { alg = "HS256" }, good),
            ["not signed"] = await api.Issuer.SignAsync(new { alg = "none" }, good),
            ["changed"] = (await api.Issuer.TokenAsync("42"))[..^4] + "AAAA",
            ["no token"] = "x",
        })
        {
            var answer = await AskAsync(token);
            answer.Status.Should().Be(HttpStatusCode.Unauthorized, why);
            answer.ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
            answer.Headers["WWW-Authenticate"].Should().Contain("invalid_token", why);
        }
    }

    [Theory]
    [InlineData("somebody")]
    [InlineData("0")]
    [InlineData("2147483648")]
    public async Task A_buyer_without_a_user_id_is_known_and_may_do_nothing(string subject) =>
        (await AskAsync(await api.Issuer.TokenAsync(subject))).ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");

    [Fact]
    public async Task A_token_makes_nobody_more_than_a_buyer()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var buyer = api.ClientWith(await api.Issuer.SignAsync(
            new { alg = "RS256" },
            new Dictionary<string, object>
            {
                ["sub"] = "42",
                ["iss"] = api.Issuer.Address.ToString().TrimEnd('/'),
                ["aud"] = Issuer.Audience,
                ["exp"] = now + 300,
                ["role"] = "admin",
                ["roles"] = "admin seller",
                ["http://schemas.microsoft.com/ws/2008/06/identity/claims/role"] = "admin",
            }));

        (await buyer.GetAnswerAsync("/history")).Status.Should().Be(HttpStatusCode.OK);
        (await buyer.GetAnswerAsync("/keys")).ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_new_key_of_the_issuer_is_fetched()
    {
        (await AskAsync(await api.Issuer.TokenAsync("42"))).Status.Should().Be(HttpStatusCode.OK);
        await api.Issuer.RotateAsync();
        var token = await api.Issuer.TokenAsync("42");

        await Eventually.HoldsAsync(async () => (await AskAsync(token)).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(30));
    }

    private async Task<Answer> AskAsync(string token)
    {
        using var client = api.ClientWith(token);
        return await client.GetAnswerAsync("/history");
    }
}
