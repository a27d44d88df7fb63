using System.Globalization;
using Ticketing.RaceLab.Reporting;

namespace Ticketing.RaceLab.Results;

/// <summary>Draws the panels of a sale as one picture, which stands alone and follows the reader's choice of light or dark.</summary>
public static class PanelPicture
{
    private const double Width = 1000;
    private const int PerRow = 4;
    private const double PanelWidth = Width / PerRow;
    private const double PanelHeight = 170;
    private const double Head = 34;

    private const string Style =
        """
        <style>
          svg { background: #fff; font: 13px system-ui, sans-serif }
          .title { font-weight: 600; fill: #1b1b1f } .head { font-size: 16px; font-weight: 600; fill: #1b1b1f } .tick { font-size: 11px; fill: #5f5f6b } .value { font-weight: 600; fill: #1b1b1f }
          .curve { fill: none; stroke: #2458d3; stroke-width: 1.8 } .curve.below { stroke: #c3261f } .grid { stroke: #dddde4 } .zero { stroke: #9c9ca8 }
          @media (prefers-color-scheme: dark) {
            svg { background: #17171b } .title, .head, .value { fill: #ececf1 } .tick { fill: #a0a0ad } .curve { stroke: #8aa9ff } .curve.below { stroke: #ff8a80 } .grid { stroke: #33333c } .zero { stroke: #6b6b78 }
          }
        </style>
        """;

    public static string Draw(string title, Observation seen)
    {
        var rows = (seen.Panels.Count + PerRow - 1) / PerRow;
        var svg = new Svg(Width, Head + (rows * PanelHeight), title, Style).Text(12, 22, title, "head");
        for (var i = 0; i < seen.Panels.Count; i++)
        {
            Draw(svg, seen.Panels[i], seen.Seconds, i % PerRow * PanelWidth, Head + (i / PerRow * PanelHeight));
        }

        return svg.ToFile();
    }

    private static void Draw(Svg svg, PanelCurves panel, double seconds, double x, double y)
    {
        const double left = 52;
        const double right = 12;
        const double top = 44;
        const double bottom = 22;
        var values = panel.Curves.SelectMany(curve => curve).Select(point => point.Value).ToList();
        var most = values.Count == 0 ? 1 : Math.Max(values.Max(), panel.Panel.Unit == "percentunit" ? 0.05 : double.Epsilon);
        var least = values.Count == 0 ? 0 : Math.Min(0, values.Min());
        if (most <= least)
        {
            most = least + 1;
        }

        svg.Text(x + 12, y + 18, panel.Panel.Title, "title")
            .Text(x + PanelWidth - right, y + 34, values.Count == 0 ? "no data" : $"most {Format(values.Max())}, last {Format(panel.Curves[0][^1].Value)}", "tick", "end")
            .Line(x + left, Y(most), x + PanelWidth - right, Y(most), "grid")
            .Line(x + left, Y(0), x + PanelWidth - right, Y(0), "zero")
            .Text(x + left - 6, Y(most) + 4, Format(most), "tick", "end")
            .Text(x + left - 6, Y(0) + 4, "0", "tick", "end")
            .Text(x + left, y + PanelHeight - 6, "0 s", "tick")
            .Text(x + PanelWidth - right, y + PanelHeight - 6, Figures.Seconds(seconds), "tick", "end");
        foreach (var curve in panel.Curves.Where(curve => curve.Count > 1))
        {
            svg.Path(curve.Select(point => (X(point.Seconds), Y(point.Value))), least < 0 ? "curve below" : "curve");
        }

        double X(double t) => x + left + (t / seconds * (PanelWidth - left - right));

        double Y(double value) => y + top + ((most - value) / (most - least) * (PanelHeight - top - bottom));

        string Format(double value) => panel.Panel.Unit switch
        {
            "s" => Figures.Milliseconds(value * 1000),
            "percentunit" => Figures.Percent(value),
            "percent" => value.ToString("0", CultureInfo.InvariantCulture) + " %",
            "reqps" => Figures.Count(value) + "/s",
            _ => Figures.Count(value),
        };
    }
}
