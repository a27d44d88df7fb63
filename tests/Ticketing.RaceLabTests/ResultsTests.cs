using System.Xml.Linq;
using Ticketing.RaceLab.Results;

namespace Ticketing.RaceLabTests;

/// <summary>The tables and pictures of <c>loadtests/RESULTS.md</c>.</summary>
public sealed class ResultsTests
{
    [Fact]
    public void The_panels_are_those_of_the_dashboards_first_row_with_nothing_left_to_fill_in()
    {
        var panels = PanelRow.Read("7");

        panels.Select(panel => panel.Title).Should().Equal(
            "Request Rate", "P95 Response Time", "Error Rate", "Backend CPU Usage", "Database Latency (p95)", "Tickets Remaining", "Concurrent Requests");
        panels.Should().OnlyContain(panel => !panel.Query.Contains('$')).And.Contain(panel => panel.Query.Contains("event_id=~\"7\""));
    }

    [Fact]
    public void A_picture_is_well_formed_stays_in_its_frame_and_shows_what_is_below_zero()
    {
        var stock = new PanelCurves(new("Tickets <left>", "none", ""), [[(0, 100), (5, -40), (10, -40)]]);
        var nothing = new PanelCurves(new("Nothing", "s", ""), []);

        var picture = XDocument.Parse(PanelPicture.Draw("naive & more", new(10, 0, null, 0, 0, [stock, nothing]))).Root!;

        picture.Attribute("aria-label")!.Value.Should().Be("naive & more");
        var texts = picture.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value).ToList();
        texts.Should().Contain("Tickets <left>").And.Contain("most 100, last -40").And.Contain("no data");
        picture.Descendants().Single(element => element.Name.LocalName == "path").Attribute("class")!.Value.Should().Be("curve below");
        var frame = picture.Attribute("viewBox")!.Value.Split(' ').Select(double.Parse).ToArray();
        picture.Descendants().Single(element => element.Name.LocalName == "path").Attribute("d")!.Value[1..].Split('L').Select(point => point.Split(','))
            .Should().OnlyContain(point => double.Parse(point[0]) <= frame[2] && double.Parse(point[1]) <= frame[3] && double.Parse(point[1]) >= 0);
    }
}
