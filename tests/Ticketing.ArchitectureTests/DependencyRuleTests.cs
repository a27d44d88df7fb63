using System.Reflection;
using NetArchTest.Rules;
using Ticketing.Application.Common;
using Ticketing.Domain;
using Ticketing.Infrastructure;

namespace Ticketing.ArchitectureTests;

/// <summary>Dependencies point inward: Domain ← Application ← Infrastructure, Api.</summary>
public sealed class DependencyRuleTests
{
    private static readonly Assembly _domain = typeof(Event).Assembly;
    private static readonly Assembly _application = typeof(PagedQuery).Assembly;
    private static readonly Assembly _infrastructure = typeof(InfrastructureRegistration).Assembly;

    private static readonly string[] _frameworks =
        ["Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore", "MySqlConnector", "Pomelo", "Microsoft.Data.Sqlite", "StackExchange.Redis", "Serilog", "OpenTelemetry"];

    [Fact]
    public void Domain_references_nothing_but_the_base_library() =>
        _domain.GetReferencedAssemblies().Select(assembly => assembly.Name).Should().OnlyContain(name => name!.StartsWith("System."));

    [Fact]
    public void Application_knows_neither_infrastructure_nor_api_nor_their_frameworks() =>
        Violations(_application, ["Ticketing.Infrastructure", "Ticketing.Api", .. _frameworks]).Should().BeEmpty();

    [Fact]
    public void Infrastructure_does_not_know_the_api() =>
        Violations(_infrastructure, ["Ticketing.Api"]).Should().BeEmpty();

    /// <summary>The negative control: these references exist, so a rule that does not find them finds nothing.</summary>
    [Fact]
    public void The_rule_finds_a_violation_where_there_is_one()
    {
        Violations(_infrastructure, ["Microsoft.EntityFrameworkCore"]).Should().Contain(name => name.EndsWith("EventRepository"));
        Violations(_infrastructure, ["Ticketing.Application"]).Should().NotBeEmpty();
    }

    [Fact]
    public void Only_the_registration_file_names_the_strategies()
    {
        var strategies = Types.InAssembly(_infrastructure).That().HaveNameEndingWith("Strategy").GetTypes()
            .Where(type => type is { IsInterface: false, IsEnum: false }).Select(type => type.FullName!).ToArray();
        strategies.Should().NotBeEmpty();

        Types.InAssembly(_infrastructure)
            .That().HaveDependencyOnAny(strategies)
            .And().DoNotHaveNameEndingWith("Strategy")
            .GetTypes().Select(type => type.Name)
            .Should().BeEquivalentTo("BookingsRegistration");
    }

    private static IEnumerable<string> Violations(Assembly assembly, string[] forbidden) =>
        Types.InAssembly(assembly).ShouldNot().HaveDependencyOnAny(forbidden).GetResult().FailingTypeNames ?? [];
}
