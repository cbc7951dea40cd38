namespace TcMgc.Shared.Vectors;

/// <summary>The segments of all videos with their vectors, as one model made them. A search is in one collection.</summary>
public interface IVectorIndex
{
    /// <summary>Whether the index answers now; says so within two seconds.</summary>
    /// <exception cref="UserException">It does not, or holds what it should not.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);

    /// <summary>The model whose vectors the index holds; null while it was never bound to one.</summary>
    ValueTask<IndexModel?> GetModelAsync(CancellationToken cancellationToken);

    /// <summary>Binds an index to the model; an index without segments takes any model.</summary>
    /// <exception cref="UserException">It holds segments of another model.</exception>
    ValueTask BindAsync(IndexModel model, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the segments of whole videos in one transaction: each video that occurs has exactly these segments afterwards, and
    /// a
    /// reader sees either the former or these.
    /// </summary>
    /// <exception cref="InvalidOperationException">The index is not bound, or a vector's size is not the model's.</exception>
    ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancellationToken);

    /// <summary>Deletes a video's segments; nothing happens where it has none.</summary>
    ValueTask DeleteAsync(VideoId video, CancellationToken cancellationToken);

    /// <summary>Number of segments of all collections.</summary>
    ValueTask<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>Number of a video's segments.</summary>
    ValueTask<int> CountAsync(VideoId video, CancellationToken cancellationToken);

    /// <summary>Number of segments of each video that has any.</summary>
    ValueTask<IReadOnlyDictionary<VideoId, int>> CountByVideoAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The segments of a collection whose pooled vectors have the largest dot product with the query, best first.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="space">Which pooled vector: <see cref="Segment.TextVector"/> or <see cref="Segment.ImageVector"/>.</param>
    /// <param name="query">Unit vector of D values.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    ValueTask<IReadOnlyList<SegmentMatch>> NearestAsync(
        CollectionId collection, VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken);

    /// <summary>
    /// The segments of a collection with the frame nearest to the query, best first: the maximum over each segment's plain frame
    /// embeddings, exact over all frames.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="query">Unit vector of D values.</param>
    /// <param name="count">At most so many segments.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    ValueTask<IReadOnlyList<FrameMatch>> NearestFramesAsync(
        CollectionId collection, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Fills the batch with segments, in the order of the ids; ones that are not there (deleted meanwhile) are left out.
    /// </summary>
    /// <exception cref="ArgumentException">The batch is smaller than the list, or of another model's sizes.</exception>
    ValueTask FetchAsync(IReadOnlyList<SegmentId> segments, SegmentBatch batch, CancellationToken cancellationToken);

    /// <summary>Where segments lie in their videos, in the order of the ids; segments that are not there are left out.</summary>
    ValueTask<IReadOnlyList<SegmentPlace>> FetchPlacesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken);

    /// <summary>
    /// What the frames of segments look like, in the order of the ids; segments that are not there are left out.
    /// </summary>
    ValueTask<IReadOnlyList<SegmentFrames>> FetchFramesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken);

    /// <summary>Every segment of a collection, a full batch at a time: the same batch is filled again at each step.</summary>
    IAsyncEnumerable<SegmentBatch> ReadAllAsync(CollectionId collection, SegmentBatch batch, CancellationToken cancellationToken);
}

/// <summary>Which pooled vector a query is compared with.</summary>
public enum VectorSpace
{
    /// <summary>The head's space: <see cref="Segment.TextVector"/>.</summary>
    Text,

    /// <summary>The frame encoder's space: <see cref="Segment.ImageVector"/>.</summary>
    Image,
}

/// <summary>The model that an index belongs to.</summary>
/// <param name="Id">The model's id.</param>
/// <param name="Dimensions">D: width of an embedding.</param>
/// <param name="Frames">N: frames of a segment.</param>
/// <param name="Folder">Where the model lay when the index was bound; a hint for the next command.</param>
public sealed record IndexModel(string Id, int Dimensions, int Frames, string? Folder);

/// <summary>A segment near a query.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Video">Its video.</param>
/// <param name="Similarity">Dot product with the query.</param>
public readonly record struct SegmentMatch(SegmentId Segment, VideoId Video, float Similarity);

/// <summary>A segment whose best frame is near a query.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Video">Its video.</param>
/// <param name="Frame">The frame's place in the segment, from 0.</param>
/// <param name="Time">The frame's time in the video, in seconds.</param>
/// <param name="Similarity">Dot product of the frame's plain embedding with the query.</param>
public readonly record struct FrameMatch(SegmentId Segment, VideoId Video, int Frame, float Time, float Similarity);
