using System.Text.Json;
using System.Text.Json.Serialization;
using TcMgc.Model;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// This project's format: captions.jsonl has a line for each video with <c>file</c> and <c>captions</c>, and optionally
/// <c>split</c> (default test) and <c>id</c> (default the file); other members are ignored. dataset.json may name the dataset.
/// </summary>
internal static class CaptionLines
{
    private const string LinesFile = "captions.jsonl", CardFile = "dataset.json";

    internal sealed record Line(string? Id, string? Split, string? File, IReadOnlyList<string?>? Captions);

    internal sealed record Card(string? Name);

    /// <exception cref="ModelException">The folder has no captions.jsonl, or a line of it is invalid.</exception>
    public static Dataset Read(string folder)
    {
        var path = Path.Combine(folder, LinesFile);
        if (!File.Exists(path))
            throw new ModelException(
                $"{folder}: is not a dataset (it has no {LinesFile}); docs/datasets.md describes the formats");
        var root = Path.GetFullPath(folder);
        var splits = new Dictionary<Split, List<CaptionedVideo>>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var split in Enum.GetValues<Split>())
            splits[split] = [];
        foreach (var (index, text) in File.ReadLines(path).Index().Where(line => !string.IsNullOrWhiteSpace(line.Item)))
        {
            var where = $"{path}: line {index + 1}";
            var line = Parse(text, where);
            if (line.File is not { Length: > 0 } file || !Path.GetFullPath(Path.Combine(root, file))
                .StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new ModelException($"{where}: 'file' must be the path of a video in the folder");
            string[] captions = [.. (line.Captions ?? []).OfType<string>().Where(caption => !string.IsNullOrWhiteSpace(caption))];
            if (captions.Length == 0)
                throw new ModelException($"{where}: has no caption");
            if (!ids.Add(line.Id ?? file))
                throw new ModelException($"{where}: '{line.Id ?? file}' occurs twice");
            splits[SplitOf(line.Split, where)].Add(new(line.Id ?? file, Path.Combine(root, file), captions));
        }
        return new(Name(root), root, splits[Split.Train], splits[Split.Validation], splits[Split.Test]);
    }

    private static Line Parse(string text, string where)
    {
        try
        {
            return JsonSerializer.Deserialize(text, CaptionLinesJson.Default.Line)
                ?? throw new ModelException($"{where}: describes no video");
        }
        catch (JsonException error)
        {
            throw new ModelException($"{where}: is invalid: {error.Message}", error);
        }
    }

    private static Split SplitOf(string? name, string where) => name switch
    {
        "train" => Split.Train,
        "validation" or "val" => Split.Validation,
        "test" or null => Split.Test,
        _ => throw new ModelException($"{where}: the split is '{name}'; it must be train, validation or test"),
    };

    private static string Name(string root)
    {
        var card = Path.Combine(root, CardFile);
        try
        {
            return (File.Exists(card) ? JsonSerializer.Deserialize(File.ReadAllBytes(card), CaptionLinesJson.Default.Card)?.Name
                : null) ?? Path.GetFileName(root);
        }
        catch (JsonException error)
        {
            throw new ModelException($"{card}: is not JSON: {error.Message}", error);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CaptionLines.Line))]
[JsonSerializable(typeof(CaptionLines.Card))]
internal sealed partial class CaptionLinesJson : JsonSerializerContext;
