using System.Text.Json;
using System.Text.Json.Serialization;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.World;

/// <summary>Content of a synthetic dataset's dataset.json.</summary>
internal sealed record DatasetCard(
    string Name, int Version, string Command, int Seed, int Train, int Validation, int Test, Ceiling? TestCeiling)
{
    /// <summary>File name in the dataset's folder.</summary>
    public const string FileName = "dataset.json";

    /// <summary>The version that is written and read.</summary>
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>
    /// The generator of the videos, which knows their scenes; null where this version of the program did not make them.
    /// </summary>
    [JsonIgnore]
    public SyntheticDataset? World => Version != CurrentVersion ? null : Named(new(Seed)) ?? Named(new(Seed, primer: true));

    /// <summary>The card of a folder; null where there is none.</summary>
    public static DatasetCard? Find(string root)
    {
        var path = Path.Combine(root, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<DatasetCard>(File.ReadAllBytes(path), s_json) : null;
        }
        catch (JsonException)
        {
            return null; // The file of another program.
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    private SyntheticDataset? Named(SyntheticDataset world) => world.Kind == Name ? world : null;
}

/// <summary>Writes videos/, captions.jsonl and dataset.json. Existing videos are kept.</summary>
internal sealed class DatasetWriter(string root, string ffmpeg, IProgressLines progress)
{
    private const string CaptionsFile = "captions.jsonl", VideosFolder = "videos";

    private static readonly JsonSerializerOptions s_line = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private sealed record Line(string Id, string Split, string File, IEnumerable<string> Captions, Scene Scene);

    /// <summary>Writes the files that are missing.</summary>
    /// <exception cref="UserException">The folder holds a dataset of another seed, or cannot be written.</exception>
    public async Task<DatasetCard> WriteAsync(
        int seed, bool primer, int train, int validation, int test, string command, CancellationToken cancel)
    {
        var dataset = new SyntheticDataset(seed, primer);
        WorldVideo[] videos =
        [
            .. Enumerable.Range(0, train).Select(number => dataset.Video(Split.Train, number)),
            .. Enumerable.Range(0, validation).Select(number => dataset.Video(Split.Validation, number)),
            .. Enumerable.Range(0, test).Select(number => dataset.Video(Split.Test, number)),
        ];
        RequireSame(dataset.Kind, seed);
        Directory.CreateDirectory(Path.Combine(root, VideosFolder));
        var card = new DatasetCard(dataset.Kind, DatasetCard.CurrentVersion, command, seed, train, validation, test,
            test == 0 ? null : Ceiling.Of([.. videos.Where(video => video.Split == Split.Test)]));
        await WriteFileAsync(DatasetCard.FileName, card.ToJson(), cancel); // First, so that an interrupted run can be continued.
        await DrawVideosAsync(videos, cancel);
        await WriteFileAsync(CaptionsFile, string.Concat(videos.Select(video => JsonSerializer.Serialize(
            new Line(video.Id, SyntheticDataset.Name(video.Split), FileOf(video), video.Captions.Select(caption => caption.Text),
                video.Scene), s_line) + "\n")), cancel);
        return card;
    }

    private static string FileOf(WorldVideo video) => $"{VideosFolder}/{video.Id}.mp4";

    private async Task DrawVideosAsync(WorldVideo[] videos, CancellationToken cancel)
    {
        var (writer, done) = (new VideoWriter(ffmpeg), 0);
        await Parallel.ForEachAsync(
            videos, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
            async (video, stop) =>
        {
            var path = Path.Combine(root, FileOf(video));
            if (!File.Exists(path))
                await writer.WriteAsync(video.Scene, path, stop);
            var count = Interlocked.Increment(ref done);
            progress.Show($"drawing {count:N0} of {videos.Length:N0} videos", count, videos.Length);
        });
        progress.Clear();
    }

    private void RequireSame(string kind, int seed)
    {
        if (File.Exists(Path.Combine(root, DatasetCard.FileName)))
        {
            var known = DatasetCard.Find(root);
            if (known is not { Version: DatasetCard.CurrentVersion } || known.Seed != seed || known.Name != kind)
                throw new UserException(
                    $"{root}: holds {known?.Name ?? "another dataset"} of seed {known?.Seed}; choose another --out, or "
                    + "remove it");
        }
        else if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new UserException($"{root}: is not empty and holds no synthetic dataset; choose another --out");
    }

    private async Task WriteFileAsync(string name, string text, CancellationToken cancel)
    {
        var path = Path.Combine(root, name);
        await File.WriteAllTextAsync(path + ".partial", text, cancel);
        File.Move(path + ".partial", path, overwrite: true);
    }
}
