using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Serving;

/// <summary>
/// Says in the event log with which model each video is found since another one took the place of the former. Interrupted, it is
/// done by the next start.
/// </summary>
internal static class ModelChangeLog
{
    /// <summary>
    /// Appends it for the videos of which the log says otherwise. Those that the index lacks are processed again, and fail with
    /// their reason if they cannot be.
    /// </summary>
    public static async ValueTask AppendAsync(Storage stores, CancellationToken cancel)
    {
        if (await stores.Index.GetModelAsync(cancel) is not { } model)
            return;
        var changed = await stores.Catalog.ListAsync(cancel)
            .Where(entry => entry.State == VideoState.Indexed && entry.ModelId != model.Id).ToListAsync(cancel);
        if (changed.Count == 0)
            return;
        var held = await stores.Index.CountByVideoAsync(cancel);
        var again = new VideoRetry(stores.Events, stores.Catalog, stores.Blobs, TimeProvider.System);
        foreach (var entry in changed)
            if (held.TryGetValue(entry.Id, out var segments))
                await AppendAsync(stores, entry, segments, model.Id, cancel);
            else
                await again.ProcessAgainAsync(entry, cancel);
    }

    private static async ValueTask AppendAsync(
        Storage stores, CatalogEntry entry, int segments, string model, CancellationToken cancel)
    {
        var indexed = new VideoIndexed
        {
            VideoId = entry.Id,
            UploadId = entry.UploadId,
            Time = TimeProvider.System.GetUtcNow(),
            ModelId = model,
            Segments = segments,
            Frames = entry.Frames ?? 0,
            Elapsed = entry.IndexSeconds ?? 0,
        };
        await stores.Events.AppendAsync(indexed, cancel);
        await stores.Catalog.ApplyAsync(indexed, CancellationToken.None);
    }
}
