using System.Collections.Concurrent;
using TcMgc.Featurizer;
using TcMgc.Ingest;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// The workers of ingest, featurizer and catalog in one process over one data folder. The next video is decoded while the
/// current one is encoded; not more than <see cref="DecodedAhead"/> frame packs wait, and each is deleted once it is indexed.
/// </summary>
internal sealed class IndexPipeline(DataFolder data, DecodeWorker decoder, FeaturizeWorker featurizer, ConsoleIndexProgress progress) : IDisposable
{
    private const int DecodedAhead = 2;

    private readonly SemaphoreSlim _room = new(DecodedAhead);
    private readonly ConcurrentDictionary<Guid, bool> _decodedHere = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<CatalogEntry>> _awaited = new();

    /// <summary>Ends with the video's entry when it is indexed or has failed. Asked for before the upload is appended, it misses nothing.</summary>
    public Task<CatalogEntry> Outcome(Guid uploadId) =>
        _awaited.GetOrAdd(uploadId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Runs the workers while <paramref name="work"/> gives them videos and waits for their outcomes; a worker that fails ends it.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Func<CancellationToken, Task>[] parts = [work, DecodeAsync, EncodeAsync, ProjectAsync];
        var running = parts.Select(part => Task.Run(() => part(stop.Token), CancellationToken.None)).ToArray();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        await first;
    }

    private async Task DecodeAsync(CancellationToken cancel)
    {
        await foreach (var delivery in data.Events.SubscribeAsync(new(DecodeWorker.Group, [Topics.Uploaded]) { MaxInFlight = 1 }, cancel))
        {
            await _room.WaitAsync(cancel);
            var uploaded = (VideoUploaded)delivery.Event;
            _decodedHere[uploaded.EventId] = true;
            if (await decoder.HandleAsync(uploaded, progress, cancel) is not VideoDecoded)
                MakeRoom(uploaded.EventId);
            await data.Events.CommitAsync(delivery, CancellationToken.None);
        }
    }

    private async Task EncodeAsync(CancellationToken cancel)
    {
        await foreach (var delivery in data.Events.SubscribeAsync(new(FeaturizeWorker.Group, [Topics.Decoded]) { MaxInFlight = 1 }, cancel))
        {
            var decoded = (VideoDecoded)delivery.Event;
            // Known to the catalog before the frames go: the same event delivered again then has nothing to do.
            if (await featurizer.HandleAsync(decoded, progress, cancel) is { } outcome)
                await data.Catalog.ApplyAsync(outcome, cancel);
            // Before the commit: what ends the program between the two must not leave a pack that nothing deletes.
            await data.Blobs.DeleteAsync(decoded.FramePack, CancellationToken.None);
            await data.Events.CommitAsync(delivery, CancellationToken.None);
            MakeRoom(decoded.UploadId);
        }
    }

    private async Task ProjectAsync(CancellationToken cancel)
    {
        await foreach (var entry in data.FollowAsync(data.Events, cancel))
        {
            if (entry is null)
                continue;
            await data.ApplyAsync(entry, data.Blobs, cancel);
            if (entry.Event is VideoIndexed or VideoFailed && _awaited.TryGetValue(entry.Event.Upload, out var awaited)
                && await data.Catalog.GetAsync(entry.Event.VideoId, cancel)
                    is { State: VideoState.Indexed or VideoState.Failed } outcome)
                awaited.TrySetResult(outcome);
        }
    }

    public void Dispose() => _room.Dispose();

    private void MakeRoom(Guid upload)
    {
        if (_decodedHere.TryRemove(upload, out _))
            _room.Release();
    }
}
