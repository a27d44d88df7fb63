using System.Reflection;
using Ticketing.Application.Common;
using Ticketing.Domain;
using Ticketing.Infrastructure;

namespace Ticketing.ArchitectureTests;

/// <summary>Namespaces use each other in one direction, and each knows only what its work needs.</summary>
public sealed class NamespaceTests
{
    private const string Rooms = "Ticketing.Infrastructure.";
    private const string Controllers = "Ticketing.Api.Controllers";

    private static readonly Assembly _domain = typeof(Event).Assembly;
    private static readonly Assembly _application = typeof(PagedQuery).Assembly;
    private static readonly Assembly _infrastructure = typeof(InfrastructureRegistration).Assembly;
    private static readonly Assembly _api = typeof(Program).Assembly;

    private static readonly string[] _http = ["System.Net", "Microsoft.AspNetCore"];
    private static readonly string[] _sql = ["System.Data", "Microsoft.Data", "Microsoft.EntityFrameworkCore", "MySqlConnector"];

    private static readonly string[] _verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    private static readonly string[] _infrastructureNames = ["Ticketing.Infrastructure"];

    /// <summary>What each room of the infrastructure may use, besides itself.</summary>
    private static readonly Dictionary<string, string[]> _mayUse = new()
    {
        ["Access"] = ["Database", "Redis"],
        ["Bookings"] = ["Reads", "Database", "Redis", "Hosting"],
        ["Faults"] = ["Database"],
        ["Reads"] = ["Database", "Redis", "Hosting"],
        ["Metrics"] = ["Database", "Hosting"],
        ["Database"] = ["Hosting"],
        ["Redis"] = ["Hosting"],
        ["Hosting"] = [],
    };

    [Fact]
    public void Namespaces_have_no_cycles() =>
        NamespaceGraph.Of(_domain, _application, _infrastructure, _api).FindCycle("Ticketing.").Should().BeNull();

    [Fact]
    public void Infrastructure_modules_use_only_modules_below_them()
    {
        var uses = NamespaceGraph.Of(_infrastructure).Uses
            .Where(use => use.From.StartsWith(Rooms) && use.To.StartsWith(Rooms))
            .Select(use => (From: RoomOf(use.From), To: RoomOf(use.To), use.Example))
            .Where(use => use.From != use.To)
            .ToList();

        uses.Should().Contain(use => use.From == "Bookings" && use.To == "Database", "else this looks at nothing");
        uses.Where(use => !_mayUse[use.From].Contains(use.To)).Should().BeEmpty();
    }

    [Fact]
    public void The_application_speaks_neither_http_nor_sql()
    {
        NamespaceGraph.Of(_domain, _application).Uses.Where(use => IsUnder(use.To, [.. _http, .. _sql])).Should().BeEmpty();
        Statements(_domain).Concat(Statements(_application)).Should().BeEmpty();
    }

    [Fact]
    public void Controllers_do_not_reach_the_infrastructure() =>
        NamespaceGraph.Of(_api).Uses.Where(use => use.From == Controllers && IsUnder(use.To, _infrastructureNames)).Should().BeEmpty();

    /// <summary>The negative controls: each rule finds what it looks for where it is known to be.</summary>
    [Fact]
    public void The_rules_find_violations_where_there_are_some()
    {
        NamespaceGraph.Of(typeof(NamespaceTests).Assembly).FindCycle("Ticketing.ArchitectureTests.Samples")
            .Should().Contain("First uses Second").And.Contain("Second uses First");

        NamespaceGraph.Of(_infrastructure).Uses.Where(use => IsUnder(use.To, _sql)).Should().NotBeEmpty();
        Statements(_infrastructure).Should().NotBeEmpty();

        var api = NamespaceGraph.Of(_api).Uses.ToList();
        api.Where(use => use.From == Controllers && IsUnder(use.To, _http)).Should().NotBeEmpty();
        api.Where(use => use.From == "Ticketing.Api.Problems" && IsUnder(use.To, _infrastructureNames)).Should().NotBeEmpty();
    }

    private static string RoomOf(string name) => name[Rooms.Length..].Split('.')[0];

    private static bool IsUnder(string name, string[] namespaces) =>
        namespaces.Any(parent => name == parent || name.StartsWith($"{parent}."));

    private static IEnumerable<string> Statements(Assembly assembly) => NamespaceGraph.TextsIn(assembly).Where(text =>
        _verbs.Any(verb => text.TrimStart().StartsWith(verb, StringComparison.Ordinal)));
}
