using System.Text.Json;
using System.Text.Json.Serialization;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>A Hugging Face checkpoint in several safetensors files, by the index that lies beside them.</summary>
internal sealed partial class ShardIndex : IDisposable
{
    public const string FileName = "model.safetensors.index.json";

    private const int MaximumShards = 100, LongestIndex = 16 << 20;

    private readonly List<WeightFile> _shards = [];

    private ShardIndex() { }

    /// <summary>The tensors of all files.</summary>
    public IReadOnlyList<TensorSource> Tensors { get; private set; } = [];

    /// <exception cref="ModelException">The index or a file is missing or damaged, or a tensor is not where the index
    /// says.</exception>
    public static ShardIndex Open(string path)
    {
        var index = new ShardIndex();
        try
        {
            index.Tensors = index.Read(path);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var shard in _shards)
            shard.Dispose();
    }

    private TensorSource[] Read(string path)
    {
        var files = FilesByTensor(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var shards = new Dictionary<string, Dictionary<string, TensorSource>>(StringComparer.Ordinal);
        foreach (var name in files.Values.Distinct(StringComparer.Ordinal))
        {
            if (name is null || name != Path.GetFileName(name) || shards.Count == MaximumShards)
                throw new ModelException($"{path}: names a file that cannot be one of its parts: '{Printable.Name(name ?? "")}'");
            var shard = WeightFile.Open(Path.Combine(folder, name));
            _shards.Add(shard);
            shards.Add(name, shard.Sources().ToDictionary(t => t.Name, StringComparer.Ordinal));
        }
        return [.. files.Select(f => shards[f.Value].GetValueOrDefault(f.Key)
            ?? throw new ModelException($"{path}: '{Printable.Name(f.Key)}' is not in '{f.Value}', where it should be"))];
    }

    private static Dictionary<string, string> FilesByTensor(string path)
    {
        try
        {
            var json = ModelFile.Read(path, LongestIndex, "an index");
            return JsonSerializer.Deserialize(json, IndexJson.Default.Index)?.WeightMap is { Count: > 0 } map
                ? map
                : throw new ModelException($"{path}: lists no tensors");
        }
        catch (JsonException error)
        {
            throw new ModelException($"{path}: cannot be read: {Printable.Name(error.Message)}", error);
        }
    }

    internal sealed record Index([property: JsonPropertyName("weight_map")] Dictionary<string, string>? WeightMap);

    [JsonSerializable(typeof(Index))]
    private sealed partial class IndexJson : JsonSerializerContext;
}
