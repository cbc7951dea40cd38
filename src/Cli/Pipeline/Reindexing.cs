using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Qdrant;

namespace TcMgc.Cli.Pipeline;

/// <summary>The steps from one model's index in Qdrant to another's, over the stores that the configuration chose.</summary>
internal sealed class Reindexing(QdrantReindex reindex, Storage stores)
{
    /// <summary>Builds the collection until it holds every indexed video, including those uploaded in the meantime.</summary>
    /// <returns>What this run found, wrote and left out, over all its passes.</returns>
    public async ValueTask<ReindexProgress> BuildAsync(
        IndexModel next, Reencoder encoding, IProgress<ReindexProgress> progress, CancellationToken cancel)
    {
        var (before, written, segments) = (default(int?), 0, 0L);
        while (true)
        {
            var pass = await reindex.BuildAsync(next, await IndexedAsync(cancel), encoding.WriteAsync, progress, cancel);
            (before, written, segments) = (before ?? pass.Before, written + pass.Written, segments + pass.Segments);
            if (pass.Written == 0)
                return pass with { Before = before.Value, Written = written, Segments = segments };
        }
    }

    /// <summary>Compares what both models find for texts.</summary>
    public ValueTask<IReadOnlyList<ProbeComparison>> CompareAsync(
        IndexModel next, VideoTextModel nextModel, VideoTextModel formerModel, IReadOnlyList<string> texts, int videos,
        CancellationToken cancel)
    {
        var probes = texts.Select(text =>
            new ReindexProbe(text, formerModel.EncodeText(text, cancel).Query, nextModel.EncodeText(text, cancel).Query));
        return reindex.CompareAsync(next, [.. probes], videos, cancel);
    }

    /// <summary>Answers searches from the new collection, unless it lacks videos beyond those given up.</summary>
    public async ValueTask SwitchAsync(IndexModel next, IReadOnlyCollection<VideoId> givenUp, CancellationToken cancel)
    {
        await reindex.SwitchAsync(next, [.. (await IndexedAsync(cancel)).Except(givenUp)], cancel);
        await AppendModelAsync(next, cancel);
    }

    /// <summary>Answers searches from the collection that the last switch left.</summary>
    /// <returns>The model in use afterwards, and how many indexed videos its collection lacks.</returns>
    public async ValueTask<(IndexModel Model, int Lacking)> RollBackAsync(CancellationToken cancel)
    {
        var model = await reindex.RollBackAsync(cancel);
        await AppendModelAsync(model, cancel);
        var held = await reindex.VideosAsync(model, cancel);
        return (model, (await IndexedAsync(cancel)).Count(video => !held.ContainsKey(video)));
    }

    private async ValueTask<List<VideoId>> IndexedAsync(CancellationToken cancel)
    {
        var videos = new List<VideoId>();
        await foreach (var entry in stores.Catalog.ListAsync(cancel))
            if (entry.State == VideoState.Indexed)
                videos.Add(entry.Id);
        return videos;
    }

    /// <summary>
    /// Appends to the log with which model each video is found now. It does so after the switch: before it, searches would no
    /// longer show the videos. What a run that was interrupted in between left out, the next one appends.
    /// </summary>
    private async ValueTask AppendModelAsync(IndexModel model, CancellationToken cancel)
    {
        foreach (var (video, segments) in await reindex.VideosAsync(model, cancel))
        {
            if (await stores.Catalog.GetAsync(video, cancel) is not { State: VideoState.Indexed } entry
                || entry.ModelId == model.Id)
                continue;
            var indexed = new VideoIndexed
            {
                VideoId = video,
                UploadId = entry.UploadId,
                Time = TimeProvider.System.GetUtcNow(),
                ModelId = model.Id,
                Segments = segments,
                Frames = entry.Frames ?? 0,
                Elapsed = 0, // It may have been encoded days ago.
            };
            await stores.Events.AppendAsync(indexed, cancel);
            await stores.Catalog.ApplyAsync(indexed, cancel);
        }
    }
}
