using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Tests;

/// <summary>
/// An index that compares a query with everything in a list: the plainest thing that keeps the port's contract.
/// </summary>
internal sealed class MemoryIndex : IVectorIndex
{
    private readonly List<Segment> _segments = [];
    private IndexModel? _model;

    /// <summary>Goes away between a query's stages.</summary>
    public VideoId? DeletedBeforeFetch { get; set; }

    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>What was asked for so far, by the names of the methods without their endings.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Segments whose features were asked for.</summary>
    public int Fetched { get; private set; }

    public ValueTask CheckAsync(CancellationToken cancellationToken) => default;

    public ValueTask<IndexModel?> GetModelAsync(CancellationToken cancellationToken)
    {
        Asked.Add("GetModel");
        return new(_model);
    }

    public ValueTask BindAsync(IndexModel model, CancellationToken cancellationToken)
    {
        _model = model;
        return default;
    }

    public ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        _segments.RemoveAll(old => segments.Any(segment => segment.Place.Video == old.Place.Video));
        _segments.AddRange(segments);
        return default;
    }

    public ValueTask DeleteAsync(VideoId video, CancellationToken cancellationToken)
    {
        _segments.RemoveAll(segment => segment.Place.Video == video);
        return default;
    }

    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => new(_segments.Count);

    public ValueTask<int> CountAsync(VideoId video, CancellationToken cancellationToken) =>
        new(_segments.Count(segment => segment.Place.Video == video));

    public ValueTask<IReadOnlyDictionary<VideoId, int>> CountByVideoAsync(CancellationToken cancellationToken) =>
        new(_segments.CountBy(segment => segment.Place.Video).ToDictionary());

    public ValueTask<IReadOnlyList<SegmentMatch>> NearestAsync(
        CollectionId collection, VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        Asked.Add("Nearest");
        return new([.. _segments.Where(segment => segment.Place.Collection == collection)
            .Select(segment => new SegmentMatch(segment.Place.Id, segment.Place.Video,
                TensorPrimitives.Dot(query.Span, space == VectorSpace.Text ? segment.TextVector : segment.ImageVector)))
            .OrderByDescending(match => match.Similarity).Take(count)]);
    }

    public ValueTask<IReadOnlyList<FrameMatch>> NearestFramesAsync(
        CollectionId collection, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        Asked.Add("NearestFrames");
        return new([.. _segments.Where(segment => segment.Place.Collection == collection)
            .Select(segment => BestFrame(segment, query.Span)).OrderByDescending(match => match.Similarity).Take(count)]);
    }

    public ValueTask FetchAsync(IReadOnlyList<SegmentId> segments, SegmentBatch batch, CancellationToken cancellationToken)
    {
        _segments.RemoveAll(segment => segment.Place.Video == DeletedBeforeFetch);
        Fetched += segments.Count;
        Asked.Add("Fetch");
        batch.Clear();
        foreach (var id in segments)
            if (_segments.Find(segment => segment.Place.Id == id) is { } segment)
                batch.Add(segment.Place, segment.TextVector, segment.Features ?? segment.Frames);
        return default;
    }

    public ValueTask<IReadOnlyList<SegmentPlace>> FetchPlacesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken)
    {
        Asked.Add("FetchPlaces");
        return new([.. segments.SelectMany(id => _segments.Where(segment => segment.Place.Id == id))
            .Select(segment => segment.Place)]);
    }

    public ValueTask<IReadOnlyList<SegmentFrames>> FetchFramesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken)
    {
        Asked.Add("FetchFrames");
        return new([.. segments.SelectMany(id => _segments.Where(segment => segment.Place.Id == id))
            .Select(segment => new SegmentFrames(segment.Place, segment.Frames, segment.Layouts))]);
    }

    public async IAsyncEnumerable<SegmentBatch> ReadAllAsync(CollectionId collection, SegmentBatch batch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in _segments.Where(segment => segment.Place.Collection == collection).Chunk(batch.Capacity))
        {
            await FetchAsync([.. some.Select(segment => segment.Place.Id)], batch, cancellationToken);
            yield return batch;
        }
    }

    private static FrameMatch BestFrame(Segment segment, ReadOnlySpan<float> query)
    {
        var best = default(FrameMatch) with { Similarity = float.NegativeInfinity };
        for (var frame = 0; frame < segment.Place.FrameTimes.Length; frame++)
        {
            float[] row = [.. segment.Frames.AsSpan(frame * query.Length, query.Length).ToArray().Select(half => (float)half)];
            if (TensorPrimitives.Dot(query, row) is var similarity && similarity > best.Similarity)
                best = new(segment.Place.Id, segment.Place.Video, frame, segment.Place.FrameTimes[frame], similarity);
        }
        return best;
    }
}
