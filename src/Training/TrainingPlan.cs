using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TcMgc.Model;
using TcMgc.Model.Compute;

namespace TcMgc.Training;

/// <summary>
/// Everything that determines the result of a run, kept in run.json. A run is continued only with the plan it was started with.
/// </summary>
public sealed record TrainingPlan
{
    /// <summary>The command that started the run.</summary>
    public required string Command { get; init; }

    /// <summary>Configuration of the model.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>Options of the training.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>The dataset's name and the key of its training videos.</summary>
    public required string Data { get; init; }

    /// <summary>What encoders compute with; null in runs that were begun before it was recorded.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Id of the model that training starts from; null for random weights.</summary>
    public string? Init { get; init; }

    /// <summary>The plan in a file; null where there is no file.</summary>
    /// <exception cref="ModelException">It cannot be read.</exception>
    internal static TrainingPlan? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), TrainingJson.Default.TrainingPlan);
        }
        catch (JsonException error)
        {
            throw new ModelException(
                $"{path}: cannot be read: {error.Message}; remove the folder or choose another --out", error);
        }
    }

    internal void Write(string path)
    {
        File.WriteAllBytes(path + ".partial", JsonSerializer.SerializeToUtf8Bytes(this, TrainingJson.Default.TrainingPlan));
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <summary>
    /// The settings in which two plans differ, as <c>name: theirs, now ours</c>; the command is not compared.
    /// </summary>
    internal IEnumerable<string> DifferencesFrom(TrainingPlan other)
    {
        var (ours, theirs) = (Leaves(this with { Command = "" }),
            Leaves(other with { Command = "", Precision = other.Precision ?? Precision }));
        return ours.Keys.Union(theirs.Keys).Where(key => ours.GetValueOrDefault(key) != theirs.GetValueOrDefault(key))
            .Select(key => $"{key}: {theirs.GetValueOrDefault(key, "none")}, now {ours.GetValueOrDefault(key, "none")}");
    }

    private static Dictionary<string, string> Leaves(TrainingPlan plan)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(JsonSerializer.SerializeToNode(plan, TrainingJson.Default.TrainingPlan), "");
        return leaves;

        void Add(JsonNode? node, string name)
        {
            if (node is JsonObject members)
                foreach (var (key, value) in members)
                    Add(value, name.Length == 0 ? key : $"{name}.{key}");
            else if (node is not null)
                leaves[name] = node.ToJsonString();
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainingPlan))]
[JsonSerializable(typeof(TrainingPosition))]
internal sealed partial class TrainingJson : JsonSerializerContext;
