using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>The calls on one collection, named itself or by an alias of it. An answer is null where there is no such collection.</summary>
internal sealed class QdrantCollection(QdrantConnection connection, QdrantOptions options, string name)
{
    /// <summary>Bytes of one write, half of what Qdrant takes unless told otherwise.</summary>
    private const int LargestWrite = 16 << 20;

    private readonly string _path = $"collections/{Uri.EscapeDataString(name)}";

    public string Name => name;

    /// <summary>The model that the collection was made for.</summary>
    /// <exception cref="UserException">It was not made by TcMgc, or its vectors are not of the model's sizes.</exception>
    public async ValueTask<IndexModel?> ModelAsync(CancellationToken cancel) =>
        await ConfigAsync(cancel).ConfigureAwait(false) is not { } config ? null
        : ModelOf(config) ?? throw new UserException($"Qdrant at {options.Url}: the collection {name} was not made by TcMgc for vectors of its model; "
            + $"delete it, or set {QdrantOptions.Section}:Alias to another name (Qdrant 1.16 or later is needed)");

    /// <summary>Creates the collection and the indexes of its payload; what another process created first is as good.</summary>
    public async ValueTask CreateAsync(IndexModel model, CancellationToken cancel)
    {
        var created = await connection.SendAsync(HttpMethod.Put, _path, CollectionLayout.Create(model, options),
            QdrantJson.Default.CreateCollection, QdrantJson.Default.EnvelopeBoolean, cancel).ConfigureAwait(false);
        if (!created.Ok && created.Status != HttpStatusCode.Conflict)
            throw connection.Refused(created);
        await IndexAsync(PointFields.Video, "uuid", cancel).ConfigureAwait(false);
        await IndexAsync(PointFields.Last, "bool", cancel).ConfigureAwait(false);
    }

    /// <summary>Changes what the collection says of its model.</summary>
    public ValueTask DescribeAsync(IndexModel model, CancellationToken cancel) =>
        DescribeAsync(CollectionLayout.Metadata(model), QdrantJson.Default.UpdateCollectionModelMetadata, cancel);

    /// <summary>Has the collection remember which one the alias left for it.</summary>
    public ValueTask RememberFormerAsync(string former, CancellationToken cancel) =>
        DescribeAsync(new FormerMetadata(former), QdrantJson.Default.UpdateCollectionFormerMetadata, cancel);

    /// <summary>The collection that the alias left for this one; null where it left none.</summary>
    public async ValueTask<string?> FormerAsync(CancellationToken cancel) =>
        await ConfigAsync(cancel).ConfigureAwait(false) is { Metadata.ValueKind: JsonValueKind.Object } config
        && config.Metadata.TryGetProperty("former", out var former) ? former.GetString() : null;

    /// <summary>Deletes the collection; nothing happens where there is none.</summary>
    public async ValueTask DropAsync(CancellationToken cancel)
    {
        var answer = await connection.SendAsync(HttpMethod.Delete, _path, default, QdrantJson.Default.EnvelopeBoolean, cancel).ConfigureAwait(false);
        if (!answer.Ok && !answer.Missing)
            throw connection.Refused(answer);
    }

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
        using var points = new SegmentPoints();
        var lastOf = segments.Index().GroupBy(entry => entry.Item.Place.Video, (_, entries) => entries.Last().Index).ToHashSet();
        foreach (var (at, segment) in segments.Index())
        {
            points.Add(segment, lastOf.Contains(at));
            if (points.Count < options.BatchSize && points.Length < LargestWrite && at + 1 < segments.Count)
                continue;
            await UpdateAsync(HttpMethod.Put, "points", points.Complete(), cancel).ConfigureAwait(false);
            points.Clear();
        }
        await DeleteAsync(new(
            [Condition.Of(segments.Select(segment => segment.Place.Video).Distinct())],
            [Condition.Has(segments.Select(segment => segment.Place.Id.Value).ToHashSet())]), cancel).ConfigureAwait(false);
    }

    /// <summary>Deletes the points that the filter finds.</summary>
    /// <returns>False where there is no collection.</returns>
    public ValueTask<bool> DeleteAsync(Filter filter, CancellationToken cancel) =>
        UpdateAsync(HttpMethod.Post, "points/delete", JsonSerializer.SerializeToUtf8Bytes(new(filter), QdrantJson.Default.DeletePoints), cancel, mayMiss: true);

    public async ValueTask<long?> CountAsync(Filter? filter, CancellationToken cancel)
    {
        var answer = await connection.SendAsync(HttpMethod.Post, $"{_path}/points/count", new(filter, Exact: true),
            QdrantJson.Default.CountPoints, QdrantJson.Default.EnvelopePointCount, cancel).ConfigureAwait(false);
        return answer.Ok ? answer.Value!.Count : answer.Missing ? null : throw connection.Refused(answer);
    }

    /// <summary>The points nearest to a vector, best first.</summary>
    public async ValueTask<List<SegmentMatch>?> NearestAsync(string vector, ReadOnlyMemory<float> query, int count, CancellationToken cancel)
    {
        var request = new QueryPoints(query, vector, count, CollectionLayout.Search(vector, options), [PointFields.Video]);
        var answer = await connection.SendAsync(HttpMethod.Post, $"{_path}/points/query",
            JsonSerializer.SerializeToUtf8Bytes(request, QdrantJson.Default.QueryPoints), async (stream, token) =>
            {
                var matches = new List<SegmentMatch>(Math.Min(count, 1024));
                await PointStream.ReadAsync(stream, (scoped in Point point) => matches.Add(new(point.Id, point.Video, point.Score)), token).ConfigureAwait(false);
                return matches;
            }, cancel).ConfigureAwait(false);
        return answer.Ok ? answer.Value : answer.Missing ? null : throw connection.Refused(answer);
    }

    /// <summary>The videos with the points nearest to a vector, best first.</summary>
    public async ValueTask<List<VideoId>?> NearestVideosAsync(string vector, ReadOnlyMemory<float> query, int count, CancellationToken cancel)
    {
        var request = new QueryGroups(query, vector, PointFields.Video, GroupSize: 1, count, CollectionLayout.Search(vector, options), WithPayload: false);
        var answer = await connection.SendAsync(HttpMethod.Post, $"{_path}/points/query/groups", request,
            QdrantJson.Default.QueryGroups, QdrantJson.Default.EnvelopePointGroups, cancel).ConfigureAwait(false);
        return answer.Ok
            ? [.. answer.Value!.Groups.Select(group => new VideoId(group.Id))]
            : answer.Missing ? null : throw connection.Refused(answer);
    }

    /// <summary>Reads points by id, in any order. An answer that breaks off is read again: points may be taken twice.</summary>
    /// <returns>False where there is no collection.</returns>
    public async ValueTask<bool> RetrieveAsync(IEnumerable<SegmentId> ids, string[] fields, Action starting, PointTaker take, CancellationToken cancel)
    {
        var request = new RetrievePoints([.. ids.Select(id => id.Value)], fields, WithVector: false);
        var answer = await connection.SendAsync(HttpMethod.Post, $"{_path}/points",
            JsonSerializer.SerializeToUtf8Bytes(request, QdrantJson.Default.RetrievePoints), Reading(starting, take), cancel).ConfigureAwait(false);
        return answer.Ok || (answer.Missing ? false : throw connection.Refused(answer));
    }

    /// <summary>Reads a page of points in the order of their ids, as <see cref="RetrieveAsync"/>.</summary>
    /// <returns>Where the next page starts; null after the last.</returns>
    public async ValueTask<Guid?> ScrollAsync(
        Guid? page, int count, Filter? filter, string[] fields, Action starting, PointTaker take, CancellationToken cancel)
    {
        var request = new ScrollPoints(page, count, filter, fields, WithVector: false);
        var answer = await connection.SendAsync(HttpMethod.Post, $"{_path}/points/scroll",
            JsonSerializer.SerializeToUtf8Bytes(request, QdrantJson.Default.ScrollPoints), Reading(starting, take), cancel).ConfigureAwait(false);
        return answer.Ok ? answer.Value : answer.Missing ? null : throw connection.Refused(answer);
    }

    private static Func<Stream, CancellationToken, ValueTask<Guid?>> Reading(Action starting, PointTaker take) => (stream, cancel) =>
    {
        starting();
        return PointStream.ReadAsync(stream, take, cancel);
    };

    private static IndexModel? ModelOf(CollectionConfig config)
    {
        try
        {
            return CollectionLayout.ModelOf(config);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null; // Metadata or vectors of another shape than ours.
        }
    }

    private async ValueTask<CollectionConfig?> ConfigAsync(CancellationToken cancel)
    {
        var answer = await connection.SendAsync(HttpMethod.Get, _path, default, QdrantJson.Default.EnvelopeCollectionInfo, cancel).ConfigureAwait(false);
        return answer.Ok ? answer.Value!.Config : answer.Missing ? null : throw connection.Refused(answer);
    }

    private async ValueTask DescribeAsync<T>(T metadata, JsonTypeInfo<UpdateCollection<T>> type, CancellationToken cancel)
    {
        var answer = await connection.SendAsync(HttpMethod.Patch, _path, new(metadata), type, QdrantJson.Default.EnvelopeBoolean, cancel).ConfigureAwait(false);
        if (!answer.Ok)
            throw connection.Refused(answer);
    }

    private async ValueTask IndexAsync(string field, string type, CancellationToken cancel)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new(field, type), QdrantJson.Default.CreateFieldIndex);
        await UpdateAsync(HttpMethod.Put, "index", request, cancel).ConfigureAwait(false);
    }

    /// <summary>Writes, and waits until reading shows it.</summary>
    private async ValueTask<bool> UpdateAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancel, bool mayMiss = false)
    {
        var answer = await connection.SendAsync(method, $"{_path}/{path}?wait=true", body, QdrantJson.Default.EnvelopeUpdateResult, cancel).ConfigureAwait(false);
        if (answer.Missing)
            return mayMiss ? false : throw new UserException($"Qdrant at {options.Url}: the collection {name} is gone, someone deleted it; start again");
        if (!answer.Ok)
            throw connection.Refused(answer);
        return answer.Value!.Status == "completed" ? true
            : throw new UserException($"Qdrant at {options.Url} has not finished a write in time ({answer.Value.Status}); look at its load, then try again");
    }
}
