using System.Net.Http.Json;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.IntegrationTests.Access;

/// <summary>A real OpenID Connect issuer, <c>oidc-provider</c>, as a process of its own.</summary>
public sealed class Issuer : IAsyncDisposable
{
    public const string Audience = "urn:tickets";

    private static readonly NodeProject _project = new("tests", "Ticketing.IntegrationTests", "Access", "issuer");

    private readonly ManagedProcess _process;
    private readonly HttpClient _client;

    private Issuer(ManagedProcess process, Uri address)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = address };
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<Issuer> StartAsync()
    {
        var port = Ports.Free();
        var address = new Uri($"http://127.0.0.1:{port}");
        var process = await _project.StartAsync("node", "issuer.js", $"{port}");
        await process.AnswersAsync(address, "The issuer");
        return new(process, address);
    }

    /// <summary>A token that it gives to a client.</summary>
    public async Task<string> TokenAsync(string subject, string audience = Audience)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = subject,
            ["client_secret"] = "secret",
            ["resource"] = audience,
        });
        using var answer = await _client.PostAsync(new Uri("/token", UriKind.Relative), form);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    /// <summary>A token as no issuer gives it, signed with its newest key.</summary>
    public async Task<string> SignAsync(object header, object claims)
    {
        using var answer = await _client.PostAsJsonAsync(new Uri("/sign", UriKind.Relative), new { header, claims });
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>From now on, it signs with a new key.</summary>
    public async Task RotateAsync()
    {
        using var answer = await _client.PostAsync(new Uri("/rotate", UriKind.Relative), content: null);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}
