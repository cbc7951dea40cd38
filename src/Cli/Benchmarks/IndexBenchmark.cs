using System.Collections.Concurrent;
using TcMgc.Cli.Commands;
using TcMgc.Featurizer;
using TcMgc.Ingest;
using TcMgc.Ingest.Files;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Cli.Benchmarks;

/// <summary>What indexing costs, beside its parts alone.</summary>
/// <param name="Files">Files that were decoded.</param>
/// <param name="Frames">Frames of all files.</param>
/// <param name="Footage">Length of all files in seconds.</param>
/// <param name="Decode">All files into frame packs.</param>
/// <param name="Encode">All frame packs into segments, reading the frame encoder's weights included.</param>
/// <param name="Index"><c>tcmgc index</c>, loading the model included.</param>
/// <param name="PeakMegabytes">The most memory of the process, ffmpeg not included.</param>
internal sealed record IndexSpeed(
    int Files, int Frames, double Footage, Cost Decode, Cost Encode, Cost Index, double PeakMegabytes)
{
    /// <summary>Elapsed time of indexing beside that of its slower part alone.</summary>
    public double ToSlower => Index.Seconds / Math.Max(Decode.Seconds, Encode.Seconds);

    /// <summary>Processor time of indexing beside that of its parts together.</summary>
    public double ToSum => Index.ProcessorSeconds / (Decode.ProcessorSeconds + Encode.ProcessorSeconds);

    /// <summary>Seconds of footage that are indexed in a second.</summary>
    public double FootageAtATime => Footage / Index.Seconds;
}

/// <summary>Indexes files in temporary folders: first its parts alone, then as <c>tcmgc index</c> does.</summary>
internal static class IndexBenchmark
{
    /// <exception cref="UserException">A file cannot be decoded, or a store cannot be used.</exception>
    public static async Task<IndexSpeed> RunAsync(
        string[] paths, ModelFolder model, ComputeOptions compute, int rounds, Progress progress, CancellationToken cancel)
    {
        var files = MediaFiles.Find(paths).Files;
        var (decodes, encodes, indexes) = (new List<Cost>(), new List<Cost>(), new List<Cost>());
        var (frames, footage) = (0, 0.0);
        for (var round = 0; round < rounds; round++)
        {
            progress.Show($"{round} of {rounds} rounds", round, rounds);
            await InFolderAsync(async folder =>
            {
                using (var data = await DataFolder.OpenAsync(folder, TimeProvider.System, cancel))
                using (var loaded = model.Load(compute))
                {
                    var decoder = new VideoDecoder(data.Blobs, loaded.FrameSide, TimeProvider.System, new());
                    var packs = new ConcurrentBag<(VideoId Video, DecodedVideo Decoded)>();
                    decodes.Add(await Cost.OfAsync(() => EachAsync(files, new DecodeOptions().Concurrency, async file =>
                    {
                        var video = new VideoId(Guid.NewGuid());
                        packs.Add((video, Value(await decoder.DecodeAsync(video, file.Real, null, cancel), file.Path)));
                    }, cancel)));
                    await using var encoder = new VideoEncoder(loaded, data.Blobs, TimeProvider.System, new());
                    encodes.Add(await Cost.OfAsync(() => EachAsync(packs, encoder.Videos, async pack =>
                        Value(await encoder.EncodeAsync(
                            pack.Video, CollectionId.Default, pack.Decoded.Pack, pack.Decoded.Duration, null, cancel), folder),
                        cancel)));
                    (frames, footage) = (packs.Sum(pack => pack.Decoded.Frames), packs.Sum(pack => pack.Decoded.Duration));
                }
            }, async folder => indexes.Add(await Cost.OfAsync(() => IndexCommand.IndexAsync(
                paths, folder, CollectionId.Default, model.Path, compute, new(), cancel))));
        }
        progress.Clear();
        return new(files.Count, frames, footage, Cost.Median(decodes), Cost.Median(encodes), Cost.Median(indexes),
            ThisProcess.PeakMegabytes);
    }

    private static Task EachAsync<T>(IEnumerable<T> all, int atATime, Func<T, Task> work, CancellationToken cancel) =>
        Parallel.ForEachAsync(
            all, new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancel },
            async (one, _) => await work(one));

    private static T Value<T>(StepResult<T> result, string path) where T : class =>
        result.Value ?? throw new UserException($"{FilePaths.Display(path)}: {result.Fault!.Reason}");

    /// <summary>Gives each piece of work an empty folder that is gone afterwards.</summary>
    private static async Task InFolderAsync(params IEnumerable<Func<string, Task>> works)
    {
        foreach (var work in works)
        {
            var folder = Directory.CreateTempSubdirectory("tcmgc-bench-").FullName;
            try
            {
                await work(folder);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
