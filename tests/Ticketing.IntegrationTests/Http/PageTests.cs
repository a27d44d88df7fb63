using System.Net;
using System.Net.Http.Headers;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Http;

/// <summary>How the page's files are served; what it does with them is tried in a browser.</summary>
public sealed class PageTests(PageTests.ApiWithLinks api) : IClassFixture<PageTests.ApiWithLinks>
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/index.html", "text/html")]
    [InlineData("/css/page.css", "text/css")]
    [InlineData("/js/app.js", "text/javascript")]
    [InlineData("/favicon.svg", "image/svg+xml")]
    [InlineData("/ui-config.json", "application/json")]
    public async Task Files_come_with_a_strict_policy(string path, string mediaType)
    {
        var answer = await api.Client.GetAnswerAsync(path);

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.MediaType.Should().Be(mediaType);
        answer.Headers["Content-Security-Policy"].Should()
            .Contain("default-src 'none'").And.Contain("script-src 'self'").And.Contain("frame-ancestors 'none'").And.NotContain("unsafe");
        answer.Headers["X-Content-Type-Options"].Should().Be("nosniff");
        answer.Headers["Referrer-Policy"].Should().Be("no-referrer");
        answer.Headers["Cache-Control"].Should().Be("no-cache");
    }

    [Fact]
    public async Task A_file_that_has_not_changed_is_not_sent_again()
    {
        using var first = await api.Client.GetAsync(new Uri("/", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(first.Headers.ETag!.Tag));

        (await api.Client.AnswerToAsync(request)).Status.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Ui_config_contains_the_configured_links() =>
        (await api.Client.GetAnswerAsync("/ui-config.json")).Text.Should().Be(
            """{"api_base":"","grafana_url":"https://grafana.example/d/1","prometheus_url":null}""");

    [Fact]
    public async Task Only_the_files_of_the_page_are_served()
    {
        (await api.Client.SendAsync(HttpMethod.Head, "/")).Status.Should().Be(HttpStatusCode.OK);
        (await api.Client.PostAnswerAsync("/", new { })).ShouldBeProblem(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        foreach (var path in (string[])["/index", "/js", "/js/", "/package.json", "/unknown.json", "/..%2fappsettings.json"])
        {
            (await api.Client.GetAnswerAsync(path)).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        }
    }

    public sealed class ApiWithLinks : SqliteApi
    {
        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
        {
            ["Ui:GrafanaUrl"] = "https://grafana.example/d/1",
            ["Ui:PrometheusUrl"] = "",
        };
    }
}
