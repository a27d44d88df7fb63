using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Access;

/// <summary>Every route and every role. The routes are the program's own, so a new one without a rule fails here.</summary>
[Trait("Run", "Full")]
[Collection(AccessTestGroup.Name)]
public sealed class MatrixTests(AskingApi asking)
{
    private static readonly Role[] _orders = [Role.Buyer, Role.Seller, Role.Admin];
    private static readonly Role[] _organizes = [Role.Organizer, Role.Admin];
    private static readonly Role[] _both = [Role.Buyer, Role.Seller, Role.Organizer, Role.Admin];
    private static readonly Role[] _administers = [Role.Admin];

    /// <summary>Who may call what is not for anyone. Written down once more, because the attributes in the code are what is tested.</summary>
    private static readonly Dictionary<string, Role[]> _restricted = new()
    {
        ["POST /book"] = _orders,
        ["POST /holds"] = _orders,
        ["POST /holds/{id:long}/confirm"] = _orders,
        ["POST /holds/{id:long}/release"] = _orders,
        ["POST /holds/{id:long}/extend"] = _orders,
        ["GET /bookings/{id:long}"] = _orders,
        ["POST /bookings/{id:long}/cancel"] = _both,
        ["GET /history"] = _both,
        ["POST /setup"] = _organizes,
        ["PATCH /events/{id:int}"] = _organizes,
        ["POST /events/{id:int}/pause"] = _organizes,
        ["POST /events/{id:int}/resume"] = _organizes,
        ["POST /events/{id:int}/close"] = _organizes,
        ["POST /keys"] = _administers,
        ["GET /keys"] = _administers,
        ["DELETE /keys/{id}"] = _administers,
        ["GET /audit"] = _administers,
        ["GET /faults"] = _administers,
        ["POST /faults"] = _administers,
        ["POST /races"] = _administers,
        ["GET /races/{id:int}"] = _administers,
        ["GET /races/{id:int}/progress"] = _administers,
        ["GET /races/{id:int}/steps"] = _administers,
        ["POST /races/{id:int}/stop"] = _administers,
        ["GET /maintenance"] = _administers,
        ["PUT /maintenance"] = _administers,
        ["GET /metrics"] = _administers,
    };

    private static readonly string[] _forAnyone =
    [
        "GET /status", "GET /events", "GET /stats", "GET /strategies", "GET /health", "GET /health/live", "GET /health/ready", "GET /problems", "GET /problems/{code}",
        "GET /ui-config.json", "GET /",
    ];

    [Fact]
    public void Every_route_has_a_rule()
    {
        var endpoints = Endpoints();

        endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Should().BeEmpty("each is marked with the roles that may call it, or as open to anyone");
        endpoints.Select(NameOf).Should().BeEquivalentTo(_restricted.Keys.Concat(_forAnyone));
    }

    [Fact]
    public async Task Each_role_may_do_what_it_should_and_nothing_else()
    {
        foreach (var role in (Role?[])[null, .. Enum.GetValues<Role>()])
        {
            using var client = role is { } known ? await asking.ClientOfAsync(known) : asking.ClientWith(null);
            foreach (var endpoint in Endpoints())
            {
                var name = NameOf(endpoint);
                var answer = await CallAsync(client, name);
                var allowed = !_restricted.TryGetValue(name, out var roles) || (role is { } asked && roles.Contains(asked));
                if (allowed)
                {
                    answer.Status.Should().NotBe(HttpStatusCode.Unauthorized, "{0} as {1}", name, role).And.NotBe(HttpStatusCode.Forbidden, "{0} as {1}", name, role);
                }
                else if (role is null)
                {
                    answer.ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
                    answer.Headers["WWW-Authenticate"].Should().Be("Bearer realm=\"ticketing\"");
                }
                else
                {
                    answer.ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
                }
            }
        }
    }

    [Fact]
    public async Task Where_nobody_is_asked_every_route_is_open()
    {
        var open = new SqliteApi();
        await open.InitializeAsync();
        try
        {
            foreach (var endpoint in Endpoints())
            {
                var answer = await CallAsync(open.Client, NameOf(endpoint));
                answer.Status.Should().NotBe(HttpStatusCode.Unauthorized, NameOf(endpoint)).And.NotBe(HttpStatusCode.Forbidden, NameOf(endpoint))
                    .And.NotBe(HttpStatusCode.InternalServerError, answer.Text);
            }
        }
        finally
        {
            await open.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_documents_and_the_page_are_for_anyone()
    {
        using var anyone = asking.ClientWith(null);
        foreach (var path in (string[])["/", "/docs/index.html", "/openapi.json", "/favicon.svg"])
        {
            (await anyone.GetAnswerAsync(path)).Status.Should().Be(HttpStatusCode.OK, path);
        }

        (await anyone.GetAnswerAsync("/nothing")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    /// <summary>Ids that do not exist, so that what is allowed changes nothing.</summary>
    private static Task<Answer> CallAsync(HttpClient client, string name)
    {
        var (method, path) = (name.Split(' ')[0], name.Split(' ')[1]);
        path = path.Replace("{id:long}", "9000000000000", StringComparison.Ordinal).Replace("{id:int}", "2000000000", StringComparison.Ordinal)
            .Replace("{id}", "nobody", StringComparison.Ordinal).Replace("{code}", "sold_out", StringComparison.Ordinal);
        object? body = path switch
        {
            "/book" or "/holds" => new { user_id = AskingApi.Buyer, event_id = 2_000_000_000 },
            _ when path.EndsWith("/extend", StringComparison.Ordinal) => new { hold_seconds = 60 },
            "/keys" => new { role = "nobody", name = "" },
            _ when method == "PATCH" => new { total_tickets = 1 },
            _ => method == "POST" && path == "/setup" ? new { total_tickets = -1 } : null,
        };
        return client.SendAsync(new HttpMethod(method), path, method == "GET" ? null : body);
    }

    private List<RouteEndpoint> Endpoints() =>
        [.. asking.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().DistinctBy(NameOf)];

    private static string NameOf(RouteEndpoint endpoint)
    {
        var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault(name => name != "HEAD") ?? "GET";
        return $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}";
    }
}
