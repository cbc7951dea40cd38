using System.Globalization;
using System.Text.Json;
using ScottPlot;

namespace TcMgc.Benchmarks;

/// <summary>Draws how the time of a query grows with the index, from what <c>tcmgc bench search --json</c> printed.</summary>
internal static class GrowthPlot
{
    private const int Width = 720, Height = 440;

    /// <summary>A line for each number of clients, both axes logarithmic, with the exponent of the nearest power law.</summary>
    /// <param name="report">File with the JSON.</param>
    /// <param name="svg">File to write.</param>
    public static void Draw(string report, string svg)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(report));
        using var plot = new Plot();
        var speeds = document.RootElement.EnumerateArray().Select(speed => (
            Clients: speed.GetProperty("clients").GetInt32(),
            Segments: Math.Log10(speed.GetProperty("segments").GetDouble()),
            Time: Math.Log10(speed.GetProperty("stages").GetProperty("total").GetProperty("p50").GetDouble())));
        foreach (var clients in speeds.GroupBy(speed => speed.Clients))
        {
            double[] x = [.. clients.Select(speed => speed.Segments)], y = [.. clients.Select(speed => speed.Time)];
            var line = plot.Add.Scatter(x, y);
            var name = clients.Key == 1 ? "1 client" : $"{clients.Key} clients";
            line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{name}: segments^{Slope(x, y):F2}");
            (line.LineWidth, line.MarkerSize) = (2, 7);
        }
        plot.Axes.Bottom.TickGenerator = Powers();
        plot.Axes.Left.TickGenerator = Powers();
        plot.XLabel("segments");
        plot.YLabel("median time of a query, ms");
        plot.Axes.SetLimitsY(0, 3);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SaveSvg(svg, Width, Height);
    }

    private static ScottPlot.TickGenerators.NumericAutomatic Powers() => new()
    {
        IntegerTicksOnly = true,
        LabelFormatter = power => Math.Pow(10, power).ToString("N0", CultureInfo.InvariantCulture),
    };

    private static double Slope(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (one, other) => (one - meanX) * (other - meanY)).Sum() / x.Sum(one => (one - meanX) * (one - meanX));
    }
}
