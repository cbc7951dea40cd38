using System.Numerics.Tensors;
using TcMgc.Model.Calibration;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// The segments whose footage, or whose whole video's, is unlike what the model was calibrated on. Each is measured once: its id
/// follows from content and model. Safe for concurrent use.
/// </summary>
/// <param name="footage">What was calibrated on.</param>
/// <param name="modelId">The model's id.</param>
/// <param name="index">Has the frame embeddings.</param>
internal sealed class UnfamiliarFootage(Footage footage, string modelId, IVectorIndex index)
{
    private const int Kept = 100_000;

    /// <summary>Which segments of a video stand for it. Those that it lacks are not found, so nobody has to count them.</summary>
    private static readonly int[] s_samples = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

    private readonly RecentlyUsed<SegmentId, Measured> _segments = new(Kept, _ => 1);
    private readonly RecentlyUsed<VideoId, double> _videos = new(Kept, _ => 1);

    private readonly record struct Measured(VideoId Video, double Distance);

    /// <summary>Those of the segments, and whether most of them are.</summary>
    public async ValueTask<(IReadOnlySet<SegmentId> Segments, bool AreMost)> AmongAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancel)
    {
        var measured = await MeasureAsync(segments, cancel);
        var videos = await MeasureVideosAsync(
            [.. measured.Values.Where(one => !IsBeyond(one.Distance)).Select(one => one.Video).Distinct()], cancel);
        var beyond = measured
            .Where(one => IsBeyond(one.Value.Distance)
                || (videos.TryGetValue(one.Value.Video, out var distance) && IsBeyond(distance)))
            .Select(one => one.Key).ToHashSet();
        return (beyond, 2 * beyond.Count > measured.Count);
    }

    private bool IsBeyond(double distance) => distance > footage.Limit;

    private async ValueTask<Dictionary<SegmentId, Measured>> MeasureAsync(
        IReadOnlyCollection<SegmentId> segments, CancellationToken cancel)
    {
        var measured = Known(_segments, segments);
        var missing = segments.Where(segment => !measured.ContainsKey(segment)).Distinct().ToList();
        if (missing.Count > 0)
            foreach (var found in await index.FetchFramesAsync(missing, cancel))
                _segments.Add(found.Place.Id, measured[found.Place.Id] = new(found.Place.Video, Distance(found)));
        return measured;
    }

    /// <summary>The mean distance of each video's samples.</summary>
    private async ValueTask<Dictionary<VideoId, double>> MeasureVideosAsync(
        IReadOnlyCollection<VideoId> videos, CancellationToken cancel)
    {
        var measured = Known(_videos, videos);
        var samples = videos.Where(video => !measured.ContainsKey(video))
            .SelectMany(video => s_samples.Select(at => SegmentId.Of(video, modelId, at))).ToList();
        if (samples.Count > 0)
            foreach (var found in (await MeasureAsync(samples, cancel)).Values.GroupBy(one => one.Video))
                _videos.Add(found.Key, measured[found.Key] = found.Average(one => one.Distance));
        return measured;
    }

    private static Dictionary<TKey, TValue> Known<TKey, TValue>(RecentlyUsed<TKey, TValue> kept, IEnumerable<TKey> keys)
        where TKey : notnull
    {
        var known = new Dictionary<TKey, TValue>();
        foreach (var key in keys)
            if (kept.TryGet(key, out var value))
                known[key] = value;
        return known;
    }

    private double Distance(SegmentFrames segment)
    {
        var frames = new float[segment.Frames.Length];
        TensorPrimitives.ConvertToSingle(segment.Frames, frames);
        return footage.Distance(frames);
    }
}
