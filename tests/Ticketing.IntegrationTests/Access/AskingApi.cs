using System.Net.Http.Headers;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Access.CreateKey;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Access;

/// <summary>The program in the mode <c>Keys</c>, and clients for all who may call it.</summary>
public sealed class AskingApi : SqliteApi
{
    private Issuer _issuer = null!;

    /// <summary>The users whom the issuer knows.</summary>
    public const int Buyer = 42;

    /// <inheritdoc cref="Buyer"/>
    public const int OtherBuyer = 43;

    public Issuer Issuer => _issuer;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Security:Mode"] = "Keys",
        ["Lab:Enabled"] = "true",
        ["Security:Jwt:Authority"] = _issuer.Address.ToString(),
        ["Security:Jwt:Audience"] = Issuer.Audience,
    };

    /// <summary>A client with a new key of that role, or with the token of <see cref="Buyer"/>.</summary>
    public async Task<HttpClient> ClientOfAsync(Role role, string name = "shop") =>
        this.ClientWith(role == Role.Buyer ? await _issuer.TokenAsync($"{Buyer}") : await this.KeyAsync(role, name));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    protected override async Task<string> PrepareDatabaseAsync()
    {
        _issuer = await Issuer.StartAsync();
        return await base.PrepareDatabaseAsync();
    }
}

/// <summary>Callers of a program in the mode <c>Keys</c>.</summary>
public static class Callers
{
    /// <summary>A client that shows this in every request.</summary>
    public static HttpClient ClientWith(this ApiFixture api, string? token) => new()
    {
        BaseAddress = api.Address,
        DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    public static async Task<string> KeyAsync(this ApiFixture api, Role role, string name = "shop") =>
        (await api.Services.GetRequiredService<IMediator>().Send(new CreateKeyCommand(role.Name(), name))).Key;
}

/// <summary>One program, and one issuer, for all tests of access.</summary>
[CollectionDefinition(Name)]
public sealed class AccessTestGroup : ICollectionFixture<AskingApi>
{
    public const string Name = "access";
}
