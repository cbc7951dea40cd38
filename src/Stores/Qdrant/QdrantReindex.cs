using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>
/// Builds the collection of a new model beside the one in use, compares both, and switches the index's alias. Every step can be
/// interrupted and repeated: the state is in the collections. Searches use the former collection until <see cref="SwitchAsync"/>;
/// it is kept for a roll-back until <see cref="DropFormerAsync"/>.
/// </summary>
public sealed class QdrantReindex : IDisposable
{
    /// <summary>Points in one response, without vectors.</summary>
    private const int Page = 1000;

    private readonly QdrantOptions _options;
    private readonly TimeProvider _clock;
    private readonly QdrantConnection _connection;
    private readonly QdrantCollections _collections;

    /// <summary>Does not connect yet.</summary>
    /// <exception cref="UserException">A setting is wrong; the message names its key.</exception>
    public QdrantReindex(QdrantOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _clock = clock;
        _connection = new(options, clock);
        _collections = new(_connection, options);
    }

    /// <summary>The model that searches use now; null where nothing is indexed yet.</summary>
    public async ValueTask<IndexModel?> InUseAsync(CancellationToken cancel) =>
        await _collections.TargetAsync(cancel) is var (_, model) ? model : null;

    /// <summary>
    /// Makes the model's collection contain exactly these videos: writes missing ones, one after the other, and deletes others.
    /// Videos that an earlier run wrote completely are kept. Repeat this with the current videos until nothing is written.
    /// </summary>
    /// <param name="model">The new model.</param>
    /// <param name="videos">All videos that should be found.</param>
    /// <param name="write">
    /// Encodes a video with the new model, upserts its segments into the given index and returns their number; 0 where the video
    /// cannot be encoded, which counts as skipped.
    /// </param>
    /// <param name="progress">Receives progress after each video. Optional.</param>
    /// <param name="cancel">Stops between two videos; everything written is kept.</param>
    /// <exception cref="UserException">Qdrant cannot be used, or has the model's collection in another layout.</exception>
    public async ValueTask<ReindexProgress> BuildAsync(IndexModel model, IReadOnlyCollection<VideoId> videos,
        Func<VideoId, IVectorIndex, CancellationToken, ValueTask<int>> write, IProgress<ReindexProgress>? progress,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(videos);
        ArgumentNullException.ThrowIfNull(write);
        var collection = await _collections.PrepareAsync(model, cancel);
        using var index = new QdrantVectorIndex(_options, _clock, collection.Name, model);
        var present = (await CompleteVideosAsync(collection, cancel)).Keys.ToHashSet();
        var required = videos.ToHashSet();
        foreach (var video in present.Where(video => !required.Contains(video)))
            await collection.DeleteAsync(QdrantFilters.Of(video), cancel);
        present.IntersectWith(required);
        var state = new ReindexProgress(Total: required.Count, Before: present.Count, Written: 0, Skipped: 0, Segments: 0);
        progress?.Report(state);
        foreach (var video in required.Where(video => !present.Contains(video)))
        {
            var segments = await write(video, index, cancel);
            state = segments == 0
                ? state with { Skipped = state.Skipped + 1 }
                : state with { Written = state.Written + 1, Segments = state.Segments + segments };
            progress?.Report(state);
        }
        return state;
    }

    /// <summary>The videos that are complete in the model's collection, with the number of their segments.</summary>
    /// <exception cref="UserException">There is no such collection.</exception>
    public async ValueTask<IReadOnlyDictionary<VideoId, int>> VideosAsync(IndexModel model, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(model);
        return await CompleteVideosAsync(await RequireAsync(model, cancel), cancel);
    }

    /// <summary>Compares the results of both collections for the same queries, encoded by each model.</summary>
    /// <param name="model">The new model, whose collection was built.</param>
    /// <param name="probes">Queries.</param>
    /// <param name="videos">K: number of results that are compared, at least 1.</param>
    /// <param name="cancel">Ends the comparison.</param>
    /// <returns>The results of both for each probe.</returns>
    /// <exception cref="UserException">One of the collections is missing.</exception>
    public async ValueTask<IReadOnlyList<ProbeComparison>> CompareAsync(
        IndexModel model, IReadOnlyList<ReindexProbe> probes, int videos, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        ArgumentOutOfRangeException.ThrowIfLessThan(videos, 1);
        var former = await RequireTargetAsync(cancel);
        var next = await RequireAsync(model, cancel);
        var compared = new List<ProbeComparison>(probes.Count);
        foreach (var probe in probes)
            compared.Add(new(probe.Name,
                await FoundAsync(former, probe.Former, videos, cancel),
                await FoundAsync(next, probe.Next, videos, cancel)));
        return compared;
    }

    /// <summary>Points the alias at the model's collection, which all searches use from then on.</summary>
    /// <param name="model">The new model.</param>
    /// <param name="videos">All videos that should be found, without skipped ones.</param>
    /// <param name="cancel">Ends the work before the switch.</param>
    /// <exception cref="UserException">The collection lacks some of the videos; the message says how many.</exception>
    public async ValueTask SwitchAsync(IndexModel model, IReadOnlyCollection<VideoId> videos, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(videos);
        var next = await RequireAsync(model, cancel);
        var present = await CompleteVideosAsync(next, cancel);
        var lacking = videos.Distinct().Count(video => !present.ContainsKey(video));
        if (lacking > 0)
            throw new UserException(
                $"the collection {next.Name} lacks {lacking} of {videos.Count} videos; run 'tcmgc reindex' again to add them "
                    + "before the switch");
        await SwitchToAsync(next, cancel);
    }

    /// <summary>Points the alias back at the collection before the last switch. A second call undoes this.</summary>
    /// <returns>The model in use afterwards.</returns>
    /// <exception cref="UserException">There is no such collection.</exception>
    public async ValueTask<IndexModel> RollBackAsync(CancellationToken cancel)
    {
        var former = await FormerAsync(cancel);
        if (former is null || await former.ModelAsync(cancel) is not { } model)
            throw new UserException(
                $"Qdrant at {_options.Url}: the index {_options.Alias} has no former collection to roll back to");
        await SwitchToAsync(former, cancel);
        return model;
    }

    /// <summary>Deletes the collection before the last switch; nothing happens where there is none.</summary>
    public async ValueTask DropFormerAsync(CancellationToken cancel)
    {
        if (await FormerAsync(cancel) is { } former)
            await former.DropAsync(cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static async ValueTask<IReadOnlyList<VideoId>> FoundAsync(QdrantCollection collection, ReadOnlyMemory<float> query,
        int videos, CancellationToken cancel) =>
        await collection.NearestVideosAsync(PointFields.Text, query, videos, cancel) ?? [];

    /// <summary>
    /// Videos whose last segment exists, with the number of their segments. The others exist too, since they are written first.
    /// </summary>
    private static async ValueTask<Dictionary<VideoId, int>> CompleteVideosAsync(
        QdrantCollection collection, CancellationToken cancel)
    {
        var videos = new Dictionary<VideoId, int>();
        var page = default(PointId);
        do
        {
            (var points, page) = await collection.ScrollAsync(
                page, Page, QdrantFilters.Last(), [PointFields.Video, PointFields.Index], [], cancel);
            foreach (var point in points)
                videos[point.Video] = point.Index + 1;
        }
        while (page is not null);
        return videos;
    }

    private async ValueTask SwitchToAsync(QdrantCollection next, CancellationToken cancel)
    {
        if (await _collections.TargetAsync(cancel) is { } target && target.Collection.Name != next.Name)
            await next.RememberFormerAsync(target.Collection.Name, cancel);
        await _collections.PointAliasAsync(next, cancel);
    }

    private async ValueTask<QdrantCollection?> FormerAsync(CancellationToken cancel) =>
        await (await RequireTargetAsync(cancel)).FormerAsync(cancel) is { } name
            ? _collections.Named(name) : null;

    private async ValueTask<QdrantCollection> RequireTargetAsync(CancellationToken cancel) =>
        await _collections.TargetAsync(cancel) is var (collection, _)
            ? collection
            : throw new UserException(
                $"Qdrant at {_options.Url}: there is no index {_options.Alias}; index something first, or set "
                    + $"{QdrantOptions.Section}:Alias");

    private async ValueTask<QdrantCollection> RequireAsync(IndexModel model, CancellationToken cancel)
    {
        var collection = _collections.Named(CollectionLayout.Name(_options.Alias, model.Id));
        return await collection.ModelAsync(cancel) is not null
            ? collection
            : throw new UserException(
                $"Qdrant at {_options.Url}: no collection was built for the model {model.Id}; 'tcmgc reindex' builds it");
    }
}

/// <summary>Progress of building a collection.</summary>
/// <param name="Total">Videos that should be in the collection.</param>
/// <param name="Before">Of these, videos that were complete before.</param>
/// <param name="Written">Videos written by this run.</param>
/// <param name="Skipped">Videos that cannot be encoded.</param>
/// <param name="Segments">Segments written by this run.</param>
public sealed record ReindexProgress(int Total, int Before, int Written, int Skipped, long Segments)
{
    /// <summary>Videos that are complete in the collection.</summary>
    public int Done => Before + Written;
}

/// <summary>A query, encoded by both models.</summary>
/// <param name="Name">Name in the comparison, such as the text.</param>
/// <param name="Former">Unit vector by the model in use.</param>
/// <param name="Next">Unit vector by the new model.</param>
public sealed record ReindexProbe(string Name, ReadOnlyMemory<float> Former, ReadOnlyMemory<float> Next);

/// <summary>First-stage results of a probe in both collections.</summary>
/// <param name="Name">Name of the probe.</param>
/// <param name="Former">Videos found with the model in use, best first.</param>
/// <param name="Next">Videos found with the new model, best first.</param>
public sealed record ProbeComparison(string Name, IReadOnlyList<VideoId> Former, IReadOnlyList<VideoId> Next)
{
    /// <summary>Share of the former's videos that the new model finds too, 0 to 1; 1 where the former found none.</summary>
    public double Overlap => Former.Count == 0 ? 1 : (double)Former.Intersect(Next).Count() / Former.Count;

    /// <summary>Whether both find the same video first.</summary>
    public bool SameFirst => Former.Take(1).SequenceEqual(Next.Take(1));
}
