using System.Text.Json;
using System.Text.Json.Serialization;

namespace TcMgc.Training;

/// <summary>A line of metrics.jsonl: a validation where <see cref="RecallAt1"/> is present, else steps.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Epoch">Epochs done, with fractions.</param>
public sealed record MetricsLine(long Step, double Epoch)
{
    /// <summary>InfoNCE and the weighted SDR, averaged since the last line.</summary>
    public double? Loss { get; init; }

    /// <summary>Symmetric InfoNCE.</summary>
    public double? InfoNce { get; init; }

    /// <summary>Similarity decorrelation.</summary>
    public double? Sdr { get; init; }

    /// <summary>Norm of the gradients before clipping.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>Learning rate of temporal encoder and head.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Pairs a second since the last line.</summary>
    public double? PairsPerSecond { get; init; }

    /// <summary>Validation, text → video R@1 in percent.</summary>
    public double? RecallAt1 { get; init; }
}

/// <summary>metrics.jsonl of a run.</summary>
internal sealed class MetricsLog
{
    private readonly string _path;

    /// <summary>Opens the log at a step; drops lines that an interrupted run wrote after its last checkpoint.</summary>
    public MetricsLog(string path, long step)
    {
        _path = path;
        if (!File.Exists(path))
            return;
        var kept = File.ReadLines(path).Select(Parse).OfType<MetricsLine>().Where(line => line.Step <= step).ToList();
        File.WriteAllLines(path + ".partial", kept.Select(Write));
        File.Move(path + ".partial", path, overwrite: true);
        Lines.AddRange(kept);
    }

    public List<MetricsLine> Lines { get; } = [];

    public void Add(MetricsLine line)
    {
        Lines.Add(line);
        File.AppendAllText(_path, Write(line) + "\n");
    }

    private static string Write(MetricsLine line) => JsonSerializer.Serialize(line, MetricsJson.Default.MetricsLine);

    /// <summary>The line; null where a crash cut it short.</summary>
    private static MetricsLine? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, MetricsJson.Default.MetricsLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MetricsLine))]
internal sealed partial class MetricsJson : JsonSerializerContext;
