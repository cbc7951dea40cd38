using System.Runtime.CompilerServices;
using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>
/// The index in Qdrant: a collection for each model, and an alias that points at the collection of the model in use. Readers go
/// by the alias; a writer keeps to the collection that it bound (or first found), so that a worker which still encodes with a
/// former model never writes into another model's collection.
/// </summary>
public sealed class QdrantVectorIndex : IVectorIndex, IDisposable
{
    /// <summary>Points in one answer: with frames and features, some ten megabytes for the server to hold.</summary>
    private const int Page = 256;

    /// <summary>Points in one answer without vectors.</summary>
    private const int BarePage = 4096;

    private readonly QdrantConnection _connection;
    private readonly QdrantCollections _collections;
    private readonly QdrantCollection _read;
    private readonly (QdrantCollection Collection, IndexModel Model)? _only;
    private (QdrantCollection Collection, IndexModel Model)? _writing;
    private IndexModel? _known;

    /// <summary>Speaks to no one yet.</summary>
    /// <exception cref="UserException">A setting is wrong: names its key.</exception>
    public QdrantVectorIndex(QdrantOptions options, TimeProvider clock)
        : this(options ?? throw new ArgumentNullException(nameof(options)), clock, collections =>
            collections.Searched(options.Alias))
    { }

    /// <summary>One model's collection, whether the alias points at it or not.</summary>
    internal QdrantVectorIndex(QdrantOptions options, TimeProvider clock, string collection, IndexModel model)
        : this(options, clock, collections => collections.Named(collection)) => _writing = _only = (_read, model);

    private QdrantVectorIndex(QdrantOptions options, TimeProvider clock, Func<QdrantCollections, QdrantCollection> read)
    {
        _connection = new(options, clock);
        _collections = new(_connection, options);
        _read = read(_collections);
    }

    /// <inheritdoc/>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await Task.WhenAll(
        _connection.CheckAsync(cancellationToken).AsTask(), _read.CheckAsync(cancellationToken).AsTask());

    /// <inheritdoc/>
    public async ValueTask<IndexModel?> GetModelAsync(CancellationToken cancellationToken) =>
        _known = await _read.ModelAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask BindAsync(IndexModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var bound = await TargetAsync(cancellationToken);
        if (bound is { } target && target.Model == model)
        {
            await target.Collection.IndexCollectionsAsync(cancellationToken);
            _writing = bound;
            return;
        }
        var same = bound is { } other && CollectionLayout.Same(other.Model, model);
        if (_only is not null && !same)
            throw new InvalidOperationException($"the collection {_read.Name} is for one model alone");
        if (bound is { } former && !same)
            await _collections.ThrowUnlessEmptyAsync(former.Collection, former.Model, model, cancellationToken);
        var collection = same ? bound!.Value.Collection
            : await _collections.PrepareAsync(model, cancellationToken);
        await collection.DescribeAsync(model, cancellationToken);
        await collection.IndexCollectionsAsync(cancellationToken);
        if (!same)
            await _collections.PointAliasAsync(collection, cancellationToken);
        if (bound is { } left && left.Collection.Name != collection.Name)
            await left.Collection.DropAsync(cancellationToken);
        (_writing, _known) = ((collection, model), model);
    }

    /// <inheritdoc/>
    public async ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        _writing ??= await TargetAsync(cancellationToken);
        var (collection, model) = _writing ?? throw new InvalidOperationException("the index is not bound to a model");
        foreach (var segment in segments)
            segment.Check(model);
        if (segments.Count > 0)
            await collection.UpsertAsync(segments, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(VideoId video, CancellationToken cancellationToken)
    {
        if ((_known ?? await GetModelAsync(cancellationToken)) is not null)
            await _read.DeleteAsync(QdrantFilters.Of(video), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(CancellationToken cancellationToken) =>
        await _read.CountAsync(null, cancellationToken) ?? 0;

    /// <inheritdoc/>
    public async ValueTask<int> CountAsync(VideoId video, CancellationToken cancellationToken) =>
        (int)(await _read.CountAsync(QdrantFilters.Of(video), cancellationToken) ?? 0);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<VideoId, int>> CountByVideoAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<VideoId, int>();
        if (await TargetAsync(cancellationToken) is not var (collection, _))
            return counts;
        var page = default(PointId);
        do
        {
            (var points, page) = await collection.ScrollAsync(
                page, BarePage, null, [PointFields.Video], [], cancellationToken);
            foreach (var point in points)
                counts[point.Video] = counts.GetValueOrDefault(point.Video) + 1;
        }
        while (page is not null);
        return counts;
    }

    /// <inheritdoc/>
    /// <remarks>Small collections are compared whole; larger ones through the graph, which may miss some.</remarks>
    public async ValueTask<IReadOnlyList<SegmentMatch>> NearestAsync(
        CollectionId collection, VectorSpace space, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        if (count < 1 || await ModelOfWidthAsync(query.Length, cancellationToken) is null)
            return [];
        var vector = space == VectorSpace.Text ? PointFields.Text : PointFields.Image;
        return await _read.NearestAsync(collection, vector, query, count, cancellationToken) ?? [];
    }

    /// <inheritdoc/>
    /// <remarks>Exact unless <see cref="QdrantOptions.FrameGraph"/> is set.</remarks>
    public async ValueTask<IReadOnlyList<FrameMatch>> NearestFramesAsync(
        CollectionId collection, ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken)
    {
        if (count < 1 || await ModelOfWidthAsync(query.Length, cancellationToken) is not { } model)
            return [];
        // Qdrant rounds the query to half precision as it does the frames: some more are asked for and ordered by the query
        // itself.
        var asked = (int)Math.Min(count + Math.Max(8L, count / 8), Array.MaxLength);
        var segments = await _read.NearestAsync(collection, PointFields.Frames, query, asked, cancellationToken) ?? [];
        var best = new List<FrameMatch>(segments.Count);
        foreach (var some in segments.Chunk(Page))
            best.AddRange(await BestFramesAsync(some, query, model, cancellationToken));
        best.Sort((a, b) => b.Similarity.CompareTo(a.Similarity));
        return best.Count > count ? best[..count] : best;
    }

    /// <inheritdoc/>
    public async ValueTask FetchAsync(IReadOnlyList<SegmentId> segments, SegmentBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segments.Count, batch.Capacity);
        batch.Clear();
        if (await ModelOfAsync(batch, cancellationToken) is null || segments.Count == 0)
            return;
        var room = new SegmentReader(batch);
        foreach (var some in segments.Chunk(Page))
        {
            var found = await _read.GetAsync(some, PointFields.Place, PointFields.Scored, cancellationToken);
            var points = found.ToDictionary(point => point.Id);
            foreach (var segment in some)
                if (points.TryGetValue(segment, out var point))
                    room.Add(point);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SegmentPlace>> FetchPlacesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken) =>
        FetchAsync(segments, PointFields.Place, [], (point, model) => point.Place(model.Frames), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SegmentFrames>> FetchFramesAsync(
        IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken) =>
        FetchAsync(segments, PointFields.Drawn, [PointFields.Frames], (point, model) => point.Frames(model), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<SegmentBatch> ReadAllAsync(CollectionId collection, SegmentBatch batch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        if (await ModelOfAsync(batch, cancellationToken) is null
            || await TargetAsync(cancellationToken) is not var (target,
                _)) // All pages of one of Qdrant's collections, wherever the alias goes.
            yield break;
        var room = new SegmentReader(batch);
        var page = default(PointId);
        do
        {
            var wanted = Math.Min(batch.Capacity - batch.Count, Page);
            (var points, page) = await target.ScrollAsync(page, wanted, QdrantFilters.Of(collection), PointFields.Place,
                PointFields.Scored, cancellationToken);
            foreach (var point in points)
                room.Add(point);
            if (batch.Count < batch.Capacity && page is not null)
                continue;
            if (batch.Count > 0)
                yield return batch;
            batch.Clear();
        }
        while (page is not null);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async ValueTask<IReadOnlyList<T>> FetchAsync<T>(IReadOnlyList<SegmentId> segments, string[] fields, string[] vectors,
        Func<StoredPoint, IndexModel, T> read, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var found = new List<T>(segments.Count);
        if (segments.Count == 0 || (_known ?? await GetModelAsync(cancel)) is not { } model)
            return found;
        foreach (var some in segments.Chunk(Page))
        {
            var points = (await _read.GetAsync(some, fields, vectors, cancel)).ToDictionary(point => point.Id);
            foreach (var segment in some)
                if (points.TryGetValue(segment, out var point))
                    found.Add(read(point, model));
        }
        return found;
    }

    private async ValueTask<(QdrantCollection Collection, IndexModel Model)?> TargetAsync(CancellationToken cancel) =>
        _only ?? await _collections.TargetAsync(cancel);

    /// <summary>The bound model, once it is known to be of the width; asked for again only where the one known is not.</summary>
    private async ValueTask<IndexModel?> ModelOfWidthAsync(int values, CancellationToken cancel)
    {
        if (_known is { } known && known.Dimensions == values)
            return known;
        var model = await GetModelAsync(cancel);
        return model is null || model.Dimensions == values ? model
            : throw new ArgumentException($"the query has {values} values, the index {model.Dimensions}");
    }

    /// <summary>The bound model, once it is known to be of the batch's sizes.</summary>
    private async ValueTask<IndexModel?> ModelOfAsync(SegmentBatch batch, CancellationToken cancel)
    {
        if (_known is { } known && (known.Frames, known.Dimensions) == (batch.FramesEach, batch.Dimensions))
            return known;
        var model = await GetModelAsync(cancel);
        return model is null || (model.Frames, model.Dimensions) == (batch.FramesEach, batch.Dimensions) ? model
            : throw new ArgumentException(
                $"the batch is for {batch.FramesEach} × {batch.Dimensions} features, the index has {model.Frames} × "
                + $"{model.Dimensions}", nameof(batch));
    }

    private async ValueTask<IEnumerable<FrameMatch>> BestFramesAsync(SegmentMatch[] segments, ReadOnlyMemory<float> query,
        IndexModel model, CancellationToken cancel)
    {
        var points = await _read.GetAsync(
            segments.Select(match => match.Segment), PointFields.Place, [PointFields.Frames], cancel);
        var rows = new float[model.Frames * model.Dimensions];
        return points.Select(point => point.BestFrame(query.Span, model, rows));
    }

    /// <summary>Gives points to a batch; holds room for one.</summary>
    private sealed class SegmentReader(SegmentBatch batch)
    {
        private readonly float[] _vector = new float[batch.Dimensions],
            _features = new float[batch.FramesEach * batch.Dimensions];

        public void Add(StoredPoint point)
        {
            var place = point.Place(batch.FramesEach);
            point.Vector(PointFields.Text, batch.Dimensions, _vector);
            var rows = point.Rows(PointFields.Features, batch.Dimensions, _features);
            if (rows != batch.FramesEach && rows != place.FrameTimes.Length)
                throw point.Damaged(PointFields.Features);
            batch.Add(place, _vector, _features.AsSpan(0, rows * batch.Dimensions));
        }
    }
}
