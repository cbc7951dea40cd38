using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Ingest;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// The workers of Ingest and Featurizer in this process, on the log of one data folder: the next video is decoded while others
/// are encoded. They try again as they do in services; a store that cannot be used ends them.
/// </summary>
internal sealed class IndexWorkers(DataFolder data, DecodeWorker decoder, EncodeWorker encoder, ILoggerFactory logs)
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<CatalogEntry>> _awaited = new();

    /// <summary>
    /// Ends with the video's entry when it is indexed or has failed. Nothing is missed where it is called before the upload is
    /// appended.
    /// </summary>
    public Task<CatalogEntry> OutcomeAsync(Guid upload) =>
        _awaited.GetOrAdd(upload, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>
    /// Runs the workers until <paramref name="work"/>, which appends uploads and awaits their outcomes, has ended.
    /// </summary>
    /// <param name="work">Its token is cancelled when a worker fails; that worker's error is thrown then.</param>
    /// <param name="cancel">Cancels everything; what is in progress is done again by the next run.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        var events = Consumer();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Func<CancellationToken, Task>[] parts =
            [work, token => decoder.RunAsync(events, token), token => encoder.RunAsync(events, token), ProjectAsync];
        var running = parts.Select(part => Task.Run(() => part(stop.Token), CancellationToken.None)).ToArray();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        await first;
    }

    /// <summary>Drains for no time: whoever interrupts does not wait for a video.</summary>
    private EventConsumer Consumer()
    {
        var options = new ServiceOptions { Drain = TimeSpan.Zero };
        var outages = new StoreOutages(TimeProvider.System, options, logs.CreateLogger<StoreOutages>()) { Waits = false };
        return new(data.Events, TimeProvider.System, options, outages, logs.CreateLogger<EventConsumer>());
    }

    /// <summary>Brings the catalog up with the log, and says what became of each upload.</summary>
    private async Task ProjectAsync(CancellationToken cancel)
    {
        await foreach (var entry in data.FollowAsync(data.Events, cancel))
        {
            if (entry is null)
                continue;
            data.Apply(entry);
            if (entry.Event is VideoIndexed or VideoFailed && _awaited.TryGetValue(entry.Event.Upload, out var awaited)
                && await data.Catalog.GetAsync(entry.Event.VideoId, cancel)
                    is { State: VideoState.Indexed or VideoState.Failed } outcome)
                awaited.TrySetResult(outcome);
        }
    }
}
