using System.Diagnostics;
using TcMgc.Ingest;
using TcMgc.Ingest.Files;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Cli.Benchmarks;

/// <summary>What decoding costs at one frame a second, beside ffmpeg that only decodes.</summary>
/// <param name="Files">Files that were decoded, one after the other.</param>
/// <param name="Footage">Length of all files in seconds.</param>
/// <param name="Decode">Decoding each file, scaling its frames and writing its frame pack.</param>
/// <param name="Ffmpeg"><c>ffmpeg -f null</c> of the same files, which decodes all frames and drops them.</param>
internal sealed record DecodeSpeed(int Files, double Footage, Cost Decode, Cost Ffmpeg)
{
    /// <summary>Elapsed time beside ffmpeg's.</summary>
    public double Ratio => Decode.Seconds / Ffmpeg.Seconds;
}

/// <summary>Decodes files one after the other, in turn with ffmpeg alone.</summary>
internal static class DecodeBenchmark
{
    /// <exception cref="UserException">A file cannot be decoded, or ffmpeg cannot be run.</exception>
    public static async Task<DecodeSpeed> RunAsync(
        string[] paths, int side, MediaOptions media, int rounds, Progress progress, CancellationToken cancel)
    {
        var files = MediaFiles.Find(paths).Files;
        var (decodes, peers) = (new List<Cost>(), new List<Cost>());
        var footage = 0.0;
        for (var round = 0; round < rounds; round++)
        {
            progress.Show($"{round} of {rounds} rounds", round, rounds);
            var folder = Directory.CreateTempSubdirectory("tcmgc-bench-").FullName;
            try
            {
                using var data = await DataFolder.OpenAsync(folder, TimeProvider.System, cancel);
                var decoder = new VideoDecoder(data.Blobs, side, TimeProvider.System, media);
                decodes.Add(await Cost.OfAsync(async () => footage = await DecodeAsync(decoder, files, cancel)));
                peers.Add(await Cost.OfAsync(() => DecodeOnlyAsync(files, media.Ffmpeg, cancel)));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        progress.Clear();
        return new(files.Count, footage, Cost.Median(decodes), Cost.Median(peers));
    }

    private static async Task<double> DecodeAsync(VideoDecoder decoder, IEnumerable<MediaFile> files, CancellationToken cancel)
    {
        var footage = 0.0;
        foreach (var file in files)
        {
            var result = await decoder.DecodeAsync(new(Guid.NewGuid()), file.Real, null, cancel);
            footage += result.Succeeded
                ? result.Value.Duration
                : throw new UserException($"{FilePaths.Display(file.Path)}: {result.Fault!.Reason}");
        }
        return footage;
    }

    private static async Task DecodeOnlyAsync(IEnumerable<MediaFile> files, string ffmpeg, CancellationToken cancel)
    {
        foreach (var file in files)
        {
            using var process = Process.Start(
                ffmpeg, ["-v", "quiet", "-nostdin", "-i", file.Real, "-map", "0:v:0", "-f", "null", "-"]);
            try
            {
                await process.WaitForExitAsync(cancel);
            }
            finally
            {
                process.Kill(); // Does nothing once it has ended.
            }
        }
    }
}
