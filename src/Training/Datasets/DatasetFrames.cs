using System.Security.Cryptography;
using System.Text;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Shared;

namespace TcMgc.Training.Datasets;

/// <summary>
/// The frames of a dataset's videos, decoded once into a cache file. Videos without a readable frame have no frames there and
/// are not used.
/// </summary>
internal sealed class DatasetFrames(MediaOptions options, string cache)
{
    /// <summary>Frames that are kept of a video, evenly spaced, unless the model needs more.</summary>
    private const int LeastCapacity = 32;

    private readonly MediaOptions _options = options with { Threads = 1 };

    /// <summary>Identifies the frames of these videos by file names, sizes and parts, so that a dataset can be moved.</summary>
    public static string Key(IReadOnlyList<CaptionedVideo> videos)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var video in videos)
            hash.AppendData(Encoding.UTF8.GetBytes(
                $"{Path.GetFileName(video.Path)}|{Length(video.Path)}|{video.Start}|{video.End}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    public string CachePath(string name) => Path.Combine(cache, name);

    /// <summary>Opens the frames of these videos; decodes them first if they are not in the cache.</summary>
    /// <param name="videos">The videos.</param>
    /// <param name="model">Determines side and number of frames.</param>
    /// <param name="progress">Shows the progress of decoding.</param>
    /// <param name="cancel">Ends the work; what was decoded is discarded.</param>
    public async Task<FrameStore> OpenAsync(
        IReadOnlyList<CaptionedVideo> videos, ModelConfig model, IProgressLines progress, CancellationToken cancel)
    {
        var (side, capacity, key) = (model.Encoders.FrameSide, Math.Max(LeastCapacity, model.Frames), Key(videos));
        var path = CachePath($"frames-{key}-{side}-{capacity}.rows");
        if (FrameStore.TryOpen(path, key, videos.Count, capacity, side) is { } known)
            return known;
        using (var writer = FrameStore.Create(path, key, videos.Count, capacity, side))
        {
            var done = 0;
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancel,
            };
            await Parallel.ForEachAsync(videos.Index(), parallel, async (video, stop) =>
            {
                var frames = new SpacedFrames(capacity, side * side * 3);
                if (await DecodeAsync(_options, video.Item, side, frames, stop) is { } reason)
                    progress.Say($"{video.Item.Path}: {reason}; it is left out");
                writer.Write(video.Index, frames.Count, frames.Pixels);
                var count = Interlocked.Increment(ref done);
                progress.Show($"decoding {count} of {videos.Count} videos", count, videos.Count);
            });
            writer.Complete();
        }
        progress.Clear();
        return FrameStore.TryOpen(path, key, videos.Count, capacity, side)!;
    }

    /// <summary>Adds one frame for each second of a video.</summary>
    /// <returns>Null, or why there is no frame.</returns>
    public static async ValueTask<string?> DecodeAsync(
        MediaOptions options, CaptionedVideo video, int side, SpacedFrames frames, CancellationToken cancel)
    {
        var opened = await new FrameDecoder(options).OpenAsync(video.Path, side, withPictures: false, cancel);
        if (opened.Value is not { } reader)
            return opened.Reason;
        await using var _ = reader;
        var frame = new byte[reader.FrameBytes];
        while ((video.End is null || reader.Frames < video.End) && await reader.ReadAsync(frame, cancel) > 0)
            if (reader.Frames > video.Start)
                frames.Add(frame);
        return frames.Count > 0 ? null : reader.Reason ?? $"has no frame between {video.Start} and {video.End} s";
    }

    private static long Length(string path) => LinkedFile.At(path) is { Exists: true } file ? file.Length : -1;
}
