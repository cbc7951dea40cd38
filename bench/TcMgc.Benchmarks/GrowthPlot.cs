using System.Globalization;
using System.Text.Json;
using ScottPlot;

namespace TcMgc.Benchmarks;

/// <summary>Draws how a cost grows, from what <c>tcmgc bench … --json</c> printed.</summary>
internal static class GrowthPlot
{
    private const int Width = 720, Height = 440;

    private static readonly string[] s_parts = ["decode", "encode", "index"];

    /// <summary>A measured cost: the line that it belongs to, what it grows with, and how much it is.</summary>
    private readonly record struct Point(string Line, double X, double Y);

    /// <summary>Median time of a query by the segments searched, a line for each number of clients.</summary>
    /// <param name="report">What <c>bench search</c> printed.</param>
    /// <param name="svg">File to write.</param>
    public static void Segments(string report, string svg) => Draw(
        Read(report).EnumerateArray().Select(speed => new Point(
            Number(speed, "clients") is 1 ? "1 client" : $"{Number(speed, "clients")} clients", Number(speed, "segments"),
            Median(speed))),
        "segments", "median time of a query, ms", svg);

    /// <summary>The same by the clients that ask at once, a line for each number of segments.</summary>
    public static void Clients(string report, string svg) => Draw(
        Read(report).EnumerateArray().Select(speed => new Point(
            string.Create(CultureInfo.InvariantCulture, $"{Number(speed, "segments"):N0} segments"), Number(speed, "clients"),
            Median(speed))),
        "clients", "median time of a query, ms", svg);

    /// <summary>Time of decoding, encoding and indexing a video by its length.</summary>
    /// <param name="reports">What <c>bench index</c> printed of each video.</param>
    /// <param name="svg">File to write.</param>
    public static void Length(IEnumerable<string> reports, string svg) => Draw(
        reports.Select(Read).SelectMany(speed => s_parts.Select(part => new Point(
            part, Number(speed, "footage"), Number(speed.GetProperty(part), "seconds")))),
        "length of the video, s", "elapsed time, s", svg);

    /// <summary>Both axes logarithmic, each line with the exponent of the nearest power law.</summary>
    private static void Draw(IEnumerable<Point> points, string xLabel, string yLabel, string svg)
    {
        using var plot = new Plot();
        var all = points.ToList();
        foreach (var series in all.GroupBy(point => point.Line))
        {
            double[] x = [.. series.Select(point => Math.Log10(point.X))];
            double[] y = [.. series.Select(point => Math.Log10(point.Y))];
            var line = plot.Add.Scatter(x, y);
            line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{series.Key}: exponent {Slope(x, y):F2}");
            (line.LineWidth, line.MarkerSize) = (2, 7);
        }
        plot.Axes.Bottom.TickGenerator = Powers();
        plot.Axes.Left.TickGenerator = Powers();
        plot.XLabel(xLabel);
        plot.YLabel(yLabel);
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(
            Math.Floor(Math.Log10(all.Min(point => point.Y))), Math.Ceiling(Math.Log10(all.Max(point => point.Y))));
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SaveSvg(svg, Width, Height);
    }

    private static JsonElement Read(string report)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(report));
        return document.RootElement.Clone();
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static double Median(JsonElement speed) => Number(speed.GetProperty("stages").GetProperty("total"), "p50");

    private static ScottPlot.TickGenerators.NumericAutomatic Powers() => new()
    {
        IntegerTicksOnly = true,
        LabelFormatter = power => Math.Pow(10, power).ToString("#,0.###", CultureInfo.InvariantCulture),
    };

    private static double Slope(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (one, other) => (one - meanX) * (other - meanY)).Sum() / x.Sum(one => (one - meanX) * (one - meanX));
    }
}
