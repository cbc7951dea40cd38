using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// What the head scores of the segments asked for last, in memory, with what follows from it alone: candidates of one query are
/// often those of another. A segment that was indexed again is read again. Features stay in half precision, as the index gives
/// them.
/// </summary>
/// <param name="index">Has the others.</param>
/// <param name="model">Scores them.</param>
/// <param name="bytes">Memory that they may take.</param>
internal sealed class FeatureCache(IVectorIndex index, VideoTextModel model, long bytes)
{
    /// <summary>Bytes that an entry takes beside its vectors.</summary>
    private const int Overhead = 256;

    private readonly RecentlyUsed<SegmentId, Entry> _entries = new(bytes, entry => entry.Bytes);

    private sealed record Entry(DateTimeOffset? IndexedAt, SegmentPlace Place, float[] Vector, Half[] Features, float[] Gram)
    {
        public long Bytes => Overhead + ((Place.FrameTimes.Length + Vector.Length + Gram.Length) * sizeof(float))
            + (Features.Length * 2L);
    }

    /// <summary>Fills the batch as <see cref="IVectorIndex.FetchAsync"/> does.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="shown">Says when a video was indexed.</param>
    /// <param name="batch">Of room for all.</param>
    /// <param name="cancel">Stops the fetch.</param>
    /// <returns>Count × P: what <see cref="VideoTextModel.Gram"/> says of the segments in the batch.</returns>
    public async ValueTask<float[]> FetchAsync(IReadOnlyList<SegmentId> segments, ShownVideos shown, SegmentBatch batch,
        CancellationToken cancel)
    {
        var (found, missing) = (new Entry?[segments.Count], new List<int>());
        for (var at = 0; at < found.Length; at++)
            if (_entries.TryGet(segments[at], out var entry)
                && await shown.FindAsync(entry.Place.Video, cancel) is { } video && video.IndexedAt == entry.IndexedAt)
                found[at] = entry;
            else
                missing.Add(at);
        SearchTelemetry.Cached("features", found.Length - missing.Count, missing.Count);
        if (missing.Count > 0)
            await ReadAsync(segments, missing, found, shown, batch, cancel);
        batch.Clear();
        Entry[] present = [.. found.OfType<Entry>()];
        var gram = new float[present.Sum(entry => entry.Gram.Length)];
        foreach (var entry in present)
        {
            entry.Gram.CopyTo(gram, batch.Count * entry.Gram.Length);
            batch.Add(entry.Place, entry.Vector, entry.Features);
        }
        return gram;
    }

    private async ValueTask ReadAsync(IReadOnlyList<SegmentId> segments, List<int> missing, Entry?[] found, ShownVideos shown,
        SegmentBatch batch, CancellationToken cancel)
    {
        await index.FetchAsync([.. missing.Select(at => segments[at])], batch, cancel);
        var gram = new float[batch.Count * model.GramSize];
        if (gram.Length > 0)
            model.Gram(batch.Features, batch.Count, gram, cancel);
        var read = 0;
        foreach (var at in missing)
            if (read < batch.Count && batch.Places[read] is var place
                && place.Id == segments[at]) // Else it is deleted meanwhile.
            {
                var video = await shown.FindAsync(place.Video, cancel);
                _entries.Add(place.Id, found[at] = Copy(video?.IndexedAt, batch, gram, read++));
            }
    }

    private static Entry Copy(DateTimeOffset? indexedAt, SegmentBatch batch, float[] gram, int at)
    {
        var (values, products) = (batch.FramesEach * batch.Dimensions, gram.Length / batch.Count);
        return new(indexedAt, batch.Places[at], batch.Vectors.AsSpan(at * batch.Dimensions, batch.Dimensions).ToArray(),
            batch.Features.AsSpan(at * values, values).ToArray(), gram.AsSpan(at * products, products).ToArray());
    }
}
