using System.Text.Json;
using System.Text.Json.Serialization;
using TcMgc.Cli.Training;
using TcMgc.Model.Datasets;
using TcMgc.Shared;

namespace TcMgc.Cli.World;

/// <summary>What dataset.json says of a synthetic dataset.</summary>
internal sealed record DatasetCard(string Name, int Version, string Command, int Seed, int Train, int Validation, int Test, Ceiling? TestCeiling);

/// <summary>Writes videos/, captions.jsonl and dataset.json. Videos that are there already are kept; the rest is made.</summary>
internal sealed class DatasetWriter(string root, string ffmpeg, Progress progress)
{
    private const int FormatVersion = 1;
    private const string CaptionsFile = "captions.jsonl", CardFile = "dataset.json", VideosFolder = "videos";

    private static readonly JsonSerializerOptions s_line = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private static readonly JsonSerializerOptions s_card = new(s_line) { WriteIndented = true };

    private sealed record Line(string Id, string Split, string File, IEnumerable<string> Captions, Scene Scene);

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="UserException">The folder holds a dataset of another seed, or cannot be written.</exception>
    public async Task<DatasetCard> WriteAsync(int seed, bool primer, int train, int validation, int test, string command, CancellationToken cancel)
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
        var card = new DatasetCard(dataset.Kind, FormatVersion, command, seed, train, validation, test,
            test == 0 ? null : Ceiling.Of([.. videos.Where(video => video.Split == Split.Test)]));
        await PutAsync(CardFile, JsonSerializer.Serialize(card, s_card), cancel); // first: it says what an interrupted run was for
        await FilmAsync(videos, cancel);
        await PutAsync(CaptionsFile, string.Concat(videos.Select(video => JsonSerializer.Serialize(
            new Line(video.Id, SyntheticDataset.Name(video.Split), FileOf(video), video.Captions.Select(caption => caption.Text), video.Scene), s_line) + "\n")), cancel);
        return card;
    }

    private static string FileOf(WorldVideo video) => $"{VideosFolder}/{video.Id}.mp4";

    private async Task FilmAsync(WorldVideo[] videos, CancellationToken cancel)
    {
        var (writer, done) = (new VideoWriter(ffmpeg), 0);
        await Parallel.ForEachAsync(videos, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, async (video, stop) =>
        {
            var path = Path.Combine(root, FileOf(video));
            if (!File.Exists(path))
                await writer.WriteAsync(video.Scene, path, stop);
            progress.Show($"drawing {Interlocked.Increment(ref done):N0} of {videos.Length:N0} videos");
        });
        progress.Clear();
    }

    private void RequireSame(string kind, int seed)
    {
        var path = Path.Combine(root, CardFile);
        if (File.Exists(path))
        {
            var known = JsonSerializer.Deserialize<DatasetCard>(File.ReadAllBytes(path), s_card);
            if (known is not { Version: FormatVersion } || known.Seed != seed || known.Name != kind)
                throw new UserException($"{root}: holds {known?.Name} of seed {known?.Seed}; choose another --out, or remove it");
        }
        else if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new UserException($"{root}: is not empty and holds no synthetic dataset; choose another --out");
    }

    private async Task PutAsync(string name, string text, CancellationToken cancel)
    {
        var path = Path.Combine(root, name);
        await File.WriteAllTextAsync(path + ".partial", text, cancel);
        File.Move(path + ".partial", path, overwrite: true);
    }
}
