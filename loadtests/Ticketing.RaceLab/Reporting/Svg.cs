using System.Globalization;
using System.Net;
using System.Text;

namespace Ticketing.RaceLab.Reporting;

/// <summary>Draws the few shapes that the charts need. Colours come from the style sheet of the page, which supports light and dark.</summary>
internal sealed class Svg(double width, double height, string title, string style = "")
{
    private readonly StringBuilder _shapes = new();

    public double Width => width;

    public double Height => height;

    public Svg Bar(double x, double y, double barWidth, double barHeight, string style, string? tip = null) => Add(
        $"<rect class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(barWidth, 1))}\" height=\"{N(barHeight)}\" rx=\"3\">{Tip(tip)}</rect>");

    public Svg Dot(double x, double y, double radius, string style, string? tip = null) =>
        Add($"<circle class=\"{style}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\">{Tip(tip)}</circle>");

    public Svg Line(double x1, double y1, double x2, double y2, string style) =>
        Add($"<line class=\"{style}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>");

    public Svg Path(IEnumerable<(double X, double Y)> points, string style, bool closed = false) =>
        Add($"<path class=\"{style}\" d=\"M{string.Join('L', points.Select(point => $"{N(point.X)},{N(point.Y)}"))}{(closed ? "Z" : "")}\"/>");

    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    public Svg Text(double x, double y, string text, string style = "label", string anchor = "start") =>
        Add($"<text class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    public override string ToString() =>
        $"<svg viewBox=\"0 0 {N(width)} {N(height)}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">{_shapes}</svg>";

    /// <summary>As a file of its own, with the style that it was given.</summary>
    public string ToFile() =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {N(width)} {N(height)}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">\n{style}\n{_shapes}</svg>\n";

    private Svg Add(string shape)
    {
        _shapes.Append(shape);
        return this;
    }

    private static string Tip(string? text) => text is null ? "" : $"<title>{WebUtility.HtmlEncode(text)}</title>";

    private static string N(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
