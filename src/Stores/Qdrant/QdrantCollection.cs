using Grpc.Core;
using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Qdrant;

/// <summary>
/// The calls on one collection, named itself or by an alias of it. An answer is null where there is no such collection.
/// </summary>
internal sealed class QdrantCollection(QdrantConnection connection, QdrantOptions options, string name, CallPolicy reading)
{
    /// <summary>Bytes of one write.</summary>
    private const int LargestWrite = 16 << 20;

    public string Name => name;

    /// <summary>The model that the collection was made for.</summary>
    /// <exception cref="UserException">It was not made by TcMgc, or its vectors are not of the model's sizes.</exception>
    public async ValueTask<IndexModel?> ModelAsync(CancellationToken cancel) =>
        await InfoAsync(reading, cancel) is { } info ? await RequireModelAsync(info, cancel) : null;

    /// <summary>Whether the collection, where there is one, can be read now and is TcMgc's.</summary>
    /// <exception cref="UserException">It is not.</exception>
    public async ValueTask CheckAsync(CancellationToken cancel)
    {
        if (await InfoAsync(connection.Calls.Check, cancel) is { } info)
            await RequireModelAsync(info, cancel);
    }

    /// <summary>Creates the collection and the indexes of its payload; what another process created first is as good.</summary>
    public async ValueTask CreateAsync(IndexModel model, CancellationToken cancel)
    {
        var create = CollectionLayout.Create(name, model, options);
        await connection.CallAsync(connection.Calls.Work, (client, call) =>
            client.Collections.CreateAsync(create, call), cancel, StatusCode.AlreadyExists);
        await IndexAsync(PointFields.Video, FieldType.Uuid, cancel);
        await IndexAsync(PointFields.Last, FieldType.Bool, cancel);
        await IndexCollectionsAsync(cancel);
    }

    /// <summary>
    /// Has points of a collection found by it, also where Qdrant's was made by an earlier program. Qdrant keeps each one's
    /// together (a tenant), so that a small one is searched without the others.
    /// </summary>
    public ValueTask IndexCollectionsAsync(CancellationToken cancel) => IndexAsync(PointFields.Collection, FieldType.Keyword,
        cancel, new() { KeywordIndexParams = new() { IsTenant = true } });

    /// <summary>Changes what the collection says of its model.</summary>
    public ValueTask DescribeAsync(IndexModel model, CancellationToken cancel) =>
        DescribeAsync(CollectionLayout.Metadata(model), cancel);

    /// <summary>Has the collection remember which one the alias left for it.</summary>
    public ValueTask RememberFormerAsync(string former, CancellationToken cancel) =>
        DescribeAsync(CollectionLayout.FormerMetadata(former), cancel);

    /// <summary>The collection that the alias left for this one; null where it left none.</summary>
    public async ValueTask<string?> FormerAsync(CancellationToken cancel) =>
        await InfoAsync(reading, cancel) is { } info ? CollectionLayout.FormerOf(info.Config) : null;

    /// <summary>Deletes the collection; nothing happens where there is none.</summary>
    public async ValueTask DropAsync(CancellationToken cancel) => await connection.CallAsync(connection.Calls.Work,
        (client, call) => client.Collections.DeleteAsync(new DeleteCollection { CollectionName = name }, call), cancel);

    /// <summary>
    /// Writes the segments of whole videos and deletes those videos' other segments. Returns once a search finds the one and no
    /// longer the other.
    /// </summary>
    /// <exception cref="UserException">The collection is gone.</exception>
    public async ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancel)
    {
        // Qdrant has no transactions. It replaces a point as a whole, so a reader never sees a segment of mixed vectors and a
        // video never vanishes; but while this runs, a video that is written again may show some segments of either version, and
        // segments beyond its new end. A process killed half-way leaves it so until the video's event, not committed, is handled
        // again. What is superfluous is named by id, not by a generation in the payload: two workers that write one video at a
        // time (an event delivered twice) write the same ids, where each would delete the other's generation.
        var lastOf = segments.Index().GroupBy(entry => entry.Item.Place.Video, (_, entries) => entries.Last().Index).ToHashSet();
        var (points, bytes) = (NewWrite(), 0);
        foreach (var (at, segment) in segments.Index())
        {
            var point = SegmentPoint.Of(segment, lastOf.Contains(at));
            points.Points.Add(point);
            bytes += point.CalculateSize();
            if (points.Points.Count < options.BatchSize && bytes < LargestWrite && at + 1 < segments.Count)
                continue;
            var write = points;
            await UpdateAsync((client, call) => client.Points.UpsertAsync(write, call), cancel);
            (points, bytes) = (NewWrite(), 0);
        }
        var others = QdrantFilters.Others(segments.Select(segment => segment.Place.Video).Distinct(),
            segments.Select(segment => segment.Place.Id).Distinct());
        await DeleteAsync(others, cancel);

        UpsertPoints NewWrite() => new() { CollectionName = name, Wait = true };
    }

    /// <summary>Deletes the points that the filter finds; nothing happens where there is no collection.</summary>
    public async ValueTask DeleteAsync(Filter filter, CancellationToken cancel)
    {
        var delete = new DeletePoints { CollectionName = name, Wait = true, Points = new() { Filter = filter } };
        await UpdateAsync((client, call) => client.Points.DeleteAsync(delete, call), cancel, mayMiss: true);
    }

    public async ValueTask<long?> CountAsync(Filter? filter, CancellationToken cancel)
    {
        var count = new CountPoints { CollectionName = name, Filter = filter, Exact = true };
        return (long?)(await connection.CallAsync(reading, (client, call) =>
            client.Points.CountAsync(count, call), cancel))?.Result.Count;
    }

    /// <summary>The points of a collection that are nearest to a vector, best first.</summary>
    public async ValueTask<List<SegmentMatch>?> NearestAsync(
        CollectionId collection, string vector, ReadOnlyMemory<float> query, int count, CancellationToken cancel)
    {
        var points = new QueryPoints
        {
            CollectionName = name,
            Query = Nearest(query),
            Using = vector,
            Filter = QdrantFilters.Of(collection),
            Limit = (ulong)count,
            Params = CollectionLayout.Search(vector, options),
            WithPayload = new[] { PointFields.Video },
        };
        var answer = await connection.CallAsync(reading, (client, call) =>
            client.Points.QueryAsync(points, call), cancel);
        return answer?.Result.Select(Match).ToList();

        SegmentMatch Match(ScoredPoint scored)
        {
            var point = new StoredPoint(scored, options.Url);
            return new(point.Id, point.Video, scored.Score);
        }
    }

    /// <summary>The videos with the points nearest to a vector, best first.</summary>
    public async ValueTask<List<VideoId>?> NearestVideosAsync(string vector, ReadOnlyMemory<float> query, int count,
        CancellationToken cancel)
    {
        var groups = new QueryPointGroups
        {
            CollectionName = name,
            Query = Nearest(query),
            Using = vector,
            GroupBy = PointFields.Video,
            GroupSize = 1,
            Limit = (ulong)count,
            Params = CollectionLayout.Search(vector, options),
            WithPayload = new[] { PointFields.Video },
        };
        var answer = await connection.CallAsync(reading, (client, call) =>
            client.Points.QueryGroupsAsync(groups, call), cancel);
        return answer?.Result.Groups.Select(group => new StoredPoint(group.Hits[0], options.Url).Video).ToList();
    }

    /// <summary>Reads points by id, in any order; those that are not there are left out.</summary>
    public async ValueTask<IReadOnlyList<StoredPoint>> GetAsync(IEnumerable<SegmentId> ids, string[] fields, string[] vectors,
        CancellationToken cancel)
    {
        var points = new GetPoints
        {
            CollectionName = name,
            WithPayload = fields,
            WithVectors = vectors,
            Ids = { ids.Select(id => (PointId)id.Value) }
        };
        var answer = await connection.CallAsync(reading, (client, call) =>
            client.Points.GetAsync(points, call), cancel);
        return answer is null ? [] : [.. answer.Result.Select(Stored)];
    }

    /// <summary>Reads a page of points in the order of their ids.</summary>
    /// <returns>Also where the next page starts; null after the last.</returns>
    public async ValueTask<(IReadOnlyList<StoredPoint> Points, PointId? Next)> ScrollAsync(
        PointId? page, int count, Filter? filter, string[] fields, string[] vectors, CancellationToken cancel)
    {
        var points = new ScrollPoints
        {
            CollectionName = name,
            Offset = page,
            Limit = (uint)count,
            Filter = filter,
            WithPayload = fields,
            WithVectors = vectors
        };
        var answer = await connection.CallAsync(reading, (client, call) =>
            client.Points.ScrollAsync(points, call), cancel);
        return answer is null ? ([], null) : ([.. answer.Result.Select(Stored)], answer.NextPageOffset);
    }

    private static Query Nearest(ReadOnlyMemory<float> query) =>
        new() { Nearest = new() { Dense = new() { Data = { query.ToArray() } } } };

    private StoredPoint Stored(RetrievedPoint point) => new(point, options.Url);

    private async ValueTask<IndexModel> RequireModelAsync(CollectionInfo info, CancellationToken cancel)
    {
        var model = CollectionLayout.ModelOf(info.Config) ?? throw new UserException(
            $"Qdrant at {options.Url}: the collection {name} was not made by TcMgc for vectors of its model, or by an earlier "
            + $"version; delete it, or set {QdrantOptions.Section}:Alias to another name");
        if (options.Log is not { } log)
            return model;
        var carried = CollectionLayout.LogOf(info.Config);
        log.Require($"Qdrant at {options.Url}: the collection {name}", carried, isFilled: info.PointsCount > 0,
            "delete the collection, and 'tcmgc rebuild' makes it again");
        if (carried != log.Id)
            await DescribeAsync(CollectionLayout.LogMetadata(log), cancel);
        return model;
    }

    private async ValueTask<CollectionInfo?> InfoAsync(CallPolicy policy, CancellationToken cancel) =>
        (await connection.CallAsync(policy,
        (client, call) =>
            client.Collections.GetAsync(new GetCollectionInfoRequest { CollectionName = name }, call), cancel))?.Result;

    private async ValueTask DescribeAsync(Dictionary<string, Value> metadata, CancellationToken cancel)
    {
        var update = new UpdateCollection { CollectionName = name, Metadata = { metadata } };
        if (await connection.CallAsync(connection.Calls.Work, (client, call) =>
            client.Collections.UpdateAsync(update, call), cancel) is null)
            throw Gone();
    }

    private async ValueTask IndexAsync(string field, FieldType type, CancellationToken cancel, PayloadIndexParams? how = null)
    {
        var index = new CreateFieldIndexCollection
        {
            CollectionName = name,
            Wait = true,
            FieldName = field,
            FieldType = type,
            FieldIndexParams = how,
        };
        await UpdateAsync((client, call) => client.Points.CreateFieldIndexAsync(index, call), cancel);
    }

    /// <summary>Writes, and waits until reading shows it.</summary>
    private async ValueTask UpdateAsync(
        Func<QdrantGrpcClient, CallOptions, AsyncUnaryCall<PointsOperationResponse>> update, CancellationToken cancel,
            bool mayMiss = false)
    {
        var answer = await connection.CallAsync(connection.Calls.Work, update, cancel);
        if (answer is null && !mayMiss)
            throw Gone();
        if (answer is { Result.Status: not UpdateStatus.Completed })
            throw new StoreUnavailableException(options.Name,
                $"{options.Name} has not finished a write in time ({answer.Result.Status}); look at its load, then try again");
    }

    private UserException Gone() =>
        new($"Qdrant at {options.Url}: the collection {name} is gone, someone deleted it; start again");
}
