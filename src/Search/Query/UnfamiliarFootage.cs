using System.Numerics.Tensors;
using TcMgc.Model.Calibration;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// The segments whose footage is unlike what the model was calibrated on. Each is measured once: its id follows from content and
/// model. Safe for concurrent use.
/// </summary>
/// <param name="footage">What was calibrated on.</param>
/// <param name="index">Has the frame embeddings.</param>
internal sealed class UnfamiliarFootage(Footage footage, IVectorIndex index)
{
    private const int Kept = 100_000;

    private readonly RecentlyUsed<SegmentId, double> _distances = new(Kept, _ => 1);

    /// <summary>
    /// Those of the segments, and whether most of them are. Then all are: a single segment tells less than the library around it.
    /// </summary>
    public async ValueTask<(IReadOnlySet<SegmentId> Segments, bool AreMost)> AmongAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancel)
    {
        var distances = new Dictionary<SegmentId, double>(segments.Count);
        foreach (var segment in segments)
            if (_distances.TryGet(segment, out var distance))
                distances[segment] = distance;
        var missing = segments.Where(segment => !distances.ContainsKey(segment)).Distinct().ToList();
        if (missing.Count > 0)
            foreach (var found in await index.FetchFramesAsync(missing, cancel))
                _distances.Add(found.Place.Id, distances[found.Place.Id] = Distance(found));
        var beyond = distances.Where(one => one.Value > footage.Limit).Select(one => one.Key).ToHashSet();
        return 2 * beyond.Count > distances.Count ? (distances.Keys.ToHashSet(), true) : (beyond, false);
    }

    private double Distance(SegmentFrames segment)
    {
        var frames = new float[segment.Frames.Length];
        TensorPrimitives.ConvertToSingle(segment.Frames, frames);
        return footage.Distance(frames);
    }
}
