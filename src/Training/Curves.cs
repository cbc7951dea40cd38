using System.Text;

namespace TcMgc.Training;

/// <summary>The curves of a run as an SVG picture: loss by epoch at the top, validation R@1 below.</summary>
internal static class Curves
{
    private const int Width = 720, Height = 220, Left = 56, Right = 16, Top = 28, Bottom = 32, MaxPoints = 600;

    public static void Write(string path, IReadOnlyList<MetricsLine> lines)
    {
        var loss = lines.Where(line => line.Loss is not null).Select(line => (line.Epoch, line.Loss!.Value)).ToList();
        var recall = lines.Where(line => line.RecallAt1 is not null).Select(line => (line.Epoch, line.RecallAt1!.Value)).ToList();
        var end = Math.Max(lines.Select(line => line.Epoch).DefaultIfEmpty(1).Max(), 1e-9);
        var svg = new StringBuilder();
        svg.Append(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{2 * Height}\" font-family=\"sans-serif\" "
            + $"font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Plot(svg, 0, "training loss", Thin(loss), end, "#b5452c");
        Plot(svg, Height, "validation R@1 (%)", recall, end, "#2c6cb5");
        svg.Append("</svg>\n");
        File.WriteAllText(path, svg.ToString());
    }

    /// <summary>Averages neighbours, so that there are at most <see cref="MaxPoints"/> points.</summary>
    private static List<(double, double)> Thin(List<(double X, double Y)> points) =>
        [.. points.Chunk((points.Count / MaxPoints) + 1).Select(chunk => (chunk[^1].X, chunk.Average(point => point.Y)))];

    private static void Plot(
        StringBuilder svg, int top, string title, List<(double X, double Y)> points, double end, string colour)
    {
        var largest = points.Count == 0 ? 1 : Math.Max(points.Max(point => point.Y) * 1.05, 1e-9);
        int plotWidth = Width - Left - Right, plotHeight = Height - Top - Bottom, floor = top + Height - Bottom;
        svg.Append($"<text x=\"{Left}\" y=\"{top + 18}\" font-weight=\"bold\">{title}</text>\n");
        for (var tick = 0; tick <= 4; tick++)
        {
            var (y, x) = (floor - (plotHeight * tick / 4.0), Left + (plotWidth * tick / 4.0));
            svg.Append($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:F1}\" y2=\"{y:F1}\" stroke=\"#ddd\"/>\n");
            svg.Append($"<text x=\"{Left - 6}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{largest * tick / 4:G3}</text>\n");
            svg.Append($"<text x=\"{x:F1}\" y=\"{floor + 16}\" text-anchor=\"middle\">{end * tick / 4:G3}</text>\n");
        }
        svg.Append($"<text x=\"{Width - Right}\" y=\"{floor + 28}\" text-anchor=\"end\">epoch</text>\n");
        var line = string.Join(' ', points.Select(point =>
            $"{Left + (plotWidth * point.X / end):F1},{floor - (plotHeight * point.Y / largest):F1}"));
        svg.Append($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{line}\"/>\n");
    }
}
