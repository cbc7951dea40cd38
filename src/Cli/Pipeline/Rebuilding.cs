using TcMgc.Featurizer;
using TcMgc.Media;
using TcMgc.Model.Compute;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// Makes catalog and index again from log and originals. The catalog is replaced in one transaction, and so are a video's
/// segments: interrupted, both are whole, and the next run goes on.
/// </summary>
/// <param name="stores">The stores, which nobody else works on.</param>
/// <param name="data">Names the index in errors.</param>
/// <param name="media">How originals are decoded.</param>
/// <param name="featurize">How frames are encoded.</param>
internal sealed class Rebuilding(Storage stores, string data, MediaOptions media, FeaturizeOptions featurize)
{
    /// <summary>Folder or name of the model; null: the one that the index was made with, else the one that is shipped.</summary>
    public string? Model { get; init; }

    /// <summary>Where and how the model runs.</summary>
    public ComputeOptions Compute { get; init; } = new();

    /// <summary>What was done.</summary>
    /// <param name="Videos">Videos that should be found.</param>
    /// <param name="Written">Of these, videos that were encoded now.</param>
    /// <param name="Segments">Their segments.</param>
    /// <param name="Deleted">Videos whose segments were deleted: they are not known, or were removed.</param>
    /// <param name="Failed">Videos that cannot be encoded.</param>
    public sealed record Report(
        int Videos, int Written, long Segments, int Deleted, IReadOnlyCollection<Reencoder.Failure> Failed);

    /// <summary>Rebuilds catalog and index.</summary>
    /// <param name="all">Whether videos are encoded again whose segments are all there.</param>
    /// <param name="progress">Receives the number of videos that are done, and of those to do.</param>
    /// <param name="cancel">Stops between two videos.</param>
    /// <exception cref="UserException">The log is empty, the model is another one, or a store cannot be used.</exception>
    public async Task<Report> RunAsync(bool all, Action<int, int> progress, CancellationToken cancel)
    {
        if (!await stores.Events.ReadAllAsync(cancel).AnyAsync(cancel))
            throw new UserException($"{data}: the event log is empty, there is nothing to rebuild from; 'tcmgc restore' brings a "
                + "backup back");
        await stores.Catalog.RebuildAsync(stores.Events, cancel);
        await stores.Transcripts.FollowAsync(stores.Catalog, cancel);
        var indexed = await stores.Catalog.ListAsync(cancel).Where(entry => entry.State == VideoState.Indexed)
            .ToListAsync(cancel);
        var held = await stores.Index.CountByVideoAsync(cancel);
        var deleted = await DeleteUnknownAsync(held.Keys, cancel);
        var missing = indexed.Where(entry => all || held.GetValueOrDefault(entry.Id) != entry.Segments).ToList();
        if (missing.Count == 0)
            return new(indexed.Count, 0, 0, deleted, []);
        return await EncodeAsync(missing, progress, cancel) with { Videos = indexed.Count, Deleted = deleted };
    }

    private async ValueTask<int> DeleteUnknownAsync(IEnumerable<VideoId> held, CancellationToken cancel)
    {
        var deleted = 0;
        foreach (var video in held)
            if (await stores.Catalog.GetAsync(video, cancel) is null or { State: VideoState.Deleted })
            {
                await stores.Index.DeleteAsync(video, cancel);
                deleted++;
            }
        return deleted;
    }

    private async ValueTask<Report> EncodeAsync(List<CatalogEntry> videos, Action<int, int> progress, CancellationToken cancel)
    {
        var folder = await ModelChoice.OfAsync(Model, stores.Index, data, cancel);
        if (videos.Find(entry => entry.ModelId != folder.Id) is { } other)
            throw new UserException($"{data}: was indexed with the model {other.ModelId}, {folder.Path} holds {folder.Id}; give "
                + "the former with --model");
        using var model = folder.Load(Compute);
        await stores.Index.BindAsync(
            new IndexModel(model.Id, model.Width, model.SegmentFrames, Path.GetFullPath(folder.Path)), cancel);
        await using var encoder = new Reencoder(stores, model, media, featurize);
        var (written, segments) = (0, 0L);
        foreach (var (at, entry) in videos.Index())
        {
            progress(at, videos.Count);
            var count = await encoder.WriteAsync(entry.Id, stores.Index, cancel);
            if (count == 0)
                continue;
            (written, segments) = (written + 1, segments + count);
            if (count != entry.Segments)
                await AppendAsync(entry, count, cancel);
        }
        return new(0, written, segments, 0, encoder.Failed);
    }

    /// <summary>Says how many segments a video has now, where another program divided it in another way.</summary>
    private async ValueTask AppendAsync(CatalogEntry entry, int segments, CancellationToken cancel)
    {
        var indexed = new VideoIndexed
        {
            VideoId = entry.Id,
            UploadId = entry.UploadId,
            Time = TimeProvider.System.GetUtcNow(),
            ModelId = entry.ModelId!,
            Segments = segments,
            Frames = entry.Frames ?? 0,
            Elapsed = 0, // It may have been encoded days ago.
        };
        await stores.Events.AppendAsync(indexed, cancel);
        await stores.Catalog.ApplyAsync(indexed, CancellationToken.None);
    }
}
