using System.Globalization;
using System.Text.RegularExpressions;
using TcMgc.Shared.Frames;

namespace TcMgc.Stores.Tests;

/// <summary>The table of docs/scaling.md follows from the costs above it and from the layouts in the code.</summary>
public sealed partial class ScalingDocumentTests
{
    private const int Width = 512, SegmentFrames = 12, Edges = 16, VideoSeconds = 600, PackSide = 224;
    private const double DecodeSeconds = 0.215, EncodeSeconds = 0.059, Month = 30 * 24, OriginalBytes = 4e6 / 8 * 3600;
    private const double FrameRows = 2.0 * Width * SegmentFrames, Pooled = 4.0 * Width, Graph = 4.0 * 4 * Edges;

    private static readonly double[] s_hours = [1e3, 1e4, 1e5, 1e6];
    private static readonly string s_document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "scaling.md"));

    public static TheoryData<string, double[]> Rows => new()
    {
        { "videos", Each(3600.0 / VideoSeconds) },
        { "frames", Each(3600) },
        { "segments", Each(Segments) },
        { "decoding, core-hours", Each(DecodeSeconds) },
        { "encoding on processors, core-hours", Each(EncodeSeconds) },
        { "log in Kafka, one copy", Each(3600.0 / VideoSeconds * 1475) },
        { "frame packs, if nothing were encoded meanwhile",
            Each(3600 * (FramePackLayout.FrameBytes(PackSide) + FramePackLayout.IndexEntryBytes)) },
        { "originals at 4 Mbit/s", Each(OriginalBytes) },
        { "Qdrant memory, `None`", Each(Segments * (2 * Pooled + Graph)) },
        { "Qdrant memory, `Scalar` with `OnDisk`", Each(Segments * (2 * Pooled / 4 + Graph)) },
        { "Qdrant memory, `Binary` with `OnDisk`", Each(Segments * (2 * Pooled / 32 + Graph)) },
        { "Qdrant disk", Each(Segments * ((2 * Pooled) + (2 * FrameRows) + Payload)) },
        { "read by one search by still (`FrameGraph` false)", Each(Segments * FrameRows) },
        { "cores to do it in 30 days: decode + encode",
            [(DecodeSeconds + EncodeSeconds) * 1e3 / Month, (DecodeSeconds + EncodeSeconds) * 1e4 / Month,
                .. s_hours[2..].SelectMany(
                    hours => new[] { DecodeSeconds, EncodeSeconds }.Select(cost => hours * cost / Month))] },
    };

    private static double Segments => 3600.0 / SegmentFrames;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_figure_follows_from_the_costs(string row, double[] expected)
    {
        var line = s_document.Split('\n')
            .Single(one => one.StartsWith($"| {row} |", StringComparison.Ordinal))[(row.Length + 4)..];
        var figures = line.Split('|', StringSplitOptions.RemoveEmptyEntries).SelectMany(Figures).ToList();

        Assert.Equal(expected.Length, figures.Count);
        foreach (var (figure, value) in figures.Zip(expected))
            Assert.InRange(value, figure.Value - figure.Rounding, figure.Value + figure.Rounding);
    }

    /// <summary>Colour layouts in base64, with ids and times.</summary>
    private static double Payload => (4.0 / 3 * SegmentFrames * ColourLayout.Bytes) + 200;

    private static double[] Each(double perHour) => [.. s_hours.Select(hours => hours * perHour)];

    /// <summary>A cell's figures, each with what rounding to its last digit (whole cores are rounded up) may hide.</summary>
    private static IEnumerable<(double Value, double Rounding)> Figures(string cell)
    {
        var unit = Unit()
            .Match(cell).Value switch
        { "k" => 1e3, "M" or "MB" => 1e6, "G" or "GB" => 1e9, "TB" => 1e12, "PB" => 1e15, _ => 1 };
        foreach (var digits in Number().Matches(cell).Select(number => number.Value.Replace(",", "", StringComparison.Ordinal)))
        {
            var decimals = digits.Contains('.', StringComparison.Ordinal)
                ? digits.Length - digits.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
            yield return (double.Parse(digits, CultureInfo.InvariantCulture) * unit, unit * Math.Pow(10, -decimals));
        }
    }

    [GeneratedRegex(@"\b(k|[MG]B?|[TP]B)\b")]
    private static partial Regex Unit();

    [GeneratedRegex(@"\d[\d,]*(\.\d+)?")]
    private static partial Regex Number();
}
