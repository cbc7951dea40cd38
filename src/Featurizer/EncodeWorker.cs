using System.Buffers.Binary;
using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Featurizer;

/// <summary>
/// Encodes decoded videos, writes their segments into the index and appends what became of each. Handling a video twice has the
/// same effect as handling it once.
/// </summary>
/// <param name="encoder">Makes the segments.</param>
/// <param name="log">Receives what became of decoded videos.</param>
/// <param name="blobs">Holds the frame packs.</param>
/// <param name="index">Receives the segments.</param>
/// <param name="catalog">Says which videos are done or were removed in the meantime.</param>
/// <param name="time">Dates events and measures.</param>
public sealed class EncodeWorker(
    VideoEncoder encoder, IEventLog log, IBlobStore blobs, IVectorIndex index, ICatalog catalog, TimeProvider time)
{
    /// <summary>The group under which featurizers share the log's events.</summary>
    public const string Group = "featurizer";

    /// <summary>The model's folder, which an index on this machine remembers; null where that means nothing.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Receives progress of <see cref="RunAsync"/>. Optional.</summary>
    public IProgress<EncodeProgress>? Progress { get; init; }

    /// <summary>Bounds the packs that wait to be encoded in this process; null: they are not bounded.</summary>
    public FramePackRoom? Room { get; init; }

    /// <summary>Binds the index to the model.</summary>
    /// <exception cref="UserException">The index holds segments of another model.</exception>
    public ValueTask BindAsync(CancellationToken cancel) =>
        index.BindAsync(new(encoder.Model.Id, encoder.Model.Width, encoder.Model.SegmentFrames, ModelFolder), cancel);

    /// <summary>Handles decoded videos as the log brings them, until asked to stop.</summary>
    /// <param name="events">Brings them; what is not finished when it gives up is delivered again next time.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <exception cref="UserException">The index holds segments of another model, or a store cannot be used.</exception>
    public async Task RunAsync(EventConsumer events, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(events);
        await events.Outages.WaitAsync(() => BindAsync(stop), stop);
        await events.RunAsync(new(Group, [Topics.Decoded]) { MaxInFlight = encoder.Videos },
            (happened, cancel) => HandleAsync((VideoDecoded)happened, cancel), stop, Stages.Index);
    }

    /// <summary>
    /// Indexes one video of a bound index: all of its segments appear at once, then the event is appended. A video that cannot be
    /// indexed becomes one <see cref="VideoFailed"/>. Several videos may be indexed at the same time.
    /// </summary>
    /// <param name="decoded">The video.</param>
    /// <param name="progress">Receives progress after every batch. Optional.</param>
    /// <param name="cancel">Gives up; nothing is appended.</param>
    /// <returns>
    /// What was appended to the log; null where nothing was to do: the video was removed, or is indexed already.
    /// </returns>
    /// <exception cref="UserException">A store cannot be used or a setting is wrong; the video can be tried again.</exception>
    public async ValueTask<UploadOutcome?> IndexAsync(
        VideoDecoded decoded, IProgress<EncodeProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(decoded);
        return (await IndexAsync(decoded, await catalog.GetAsync(decoded.VideoId, cancel), progress, cancel)).Outcome;
    }

    /// <summary>Indexes a video, then deletes its frames.</summary>
    private async ValueTask HandleAsync(VideoDecoded decoded, CancellationToken cancel)
    {
        try
        {
            var known = await catalog.GetAsync(decoded.VideoId, cancel);
            // The catalog knows the outcome before the frames go: the same event delivered again then has nothing to do. From the
            // append on nothing is cancelled.
            var (outcome, latest) = await IndexAsync(decoded, known, Progress, cancel);
            if (outcome is not null)
            {
                await catalog.ApplyAsync(outcome, CancellationToken.None);
                Measure(Of(decoded, known), outcome);
            }
            // Frames of a later upload of the video have the same name.
            if (Of(decoded, latest) is not null || latest is not { State: VideoState.Uploaded or VideoState.Decoded })
                await blobs.DeleteAsync(decoded.FramePack, CancellationToken.None);
        }
        finally
        {
            Room?.Leave(decoded.UploadId);
        }
    }

    /// <returns>What was appended, if anything, and what the catalog knew of the video last.</returns>
    private async ValueTask<(UploadOutcome? Outcome, CatalogEntry? Latest)> IndexAsync(
        VideoDecoded decoded, CatalogEntry? latest, IProgress<EncodeProgress>? progress, CancellationToken cancel)
    {
        if (Of(decoded, latest) is { } entry && (entry.State == VideoState.Deleted || await IsIndexedAsync(entry, cancel)))
            return (null, latest);
        var outcome = await EncodeAsync(decoded, progress, cancel);
        latest = await catalog.GetAsync(decoded.VideoId, cancel);
        if (Of(decoded, latest) is { State: VideoState.Deleted })
        {
            await index.DeleteAsync(decoded.VideoId, cancel);
            return (null, latest);
        }
        await log.AppendAsync(outcome, cancel);
        return (outcome, latest);
    }

    /// <summary>
    /// What the catalog knows of the upload that was decoded; null where it does not know of it, or knows a later one.
    /// </summary>
    private static CatalogEntry? Of(VideoDecoded decoded, CatalogEntry? latest) =>
        latest?.UploadId == decoded.UploadId ? latest : null;

    private async ValueTask<bool> IsIndexedAsync(CatalogEntry entry, CancellationToken cancel) =>
        entry.State == VideoState.Indexed && entry.ModelId == encoder.Model.Id
        && await index.CountAsync(entry.Id, cancel) == entry.Segments;

    private async ValueTask<UploadOutcome> EncodeAsync(
        VideoDecoded decoded, IProgress<EncodeProgress>? progress, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var encoded = await encoder.EncodeAsync(
            decoded.VideoId, decoded.Collection, decoded.FramePack, decoded.Duration, progress, cancel);
        if (!encoded.Succeeded)
            return Failed(decoded, encoded.Fault);
        using (FeaturizeTelemetry.Begin(SpanNames.Upsert))
            await index.UpsertAsync(encoded.Value, cancel);
        return new VideoIndexed
        {
            VideoId = decoded.VideoId,
            UploadId = decoded.UploadId,
            Time = time.GetUtcNow(),
            ModelId = encoder.Model.Id,
            Segments = encoded.Value.Count,
            Frames = encoded.Value.Sum(segment => segment.Place.FrameTimes.Length),
            Elapsed = time.GetElapsedTime(started).TotalSeconds,
        };
    }

    private VideoFailed Failed(VideoDecoded decoded, VideoFault fault)
    {
        FeaturizeTelemetry.Failed(fault.Kind);
        return new()
        {
            VideoId = decoded.VideoId,
            UploadId = decoded.UploadId,
            Time = time.GetUtcNow(),
            Stage = Stages.Index,
            Reason = fault.Reason,
        };
    }

    /// <summary>
    /// Measures from upload to searchable. The catalog follows the log and may not know yet of an upload that is indexed within a
    /// second; the id of the upload says its time as well.
    /// </summary>
    private static void Measure(CatalogEntry? entry, UploadOutcome outcome)
    {
        if (outcome is VideoIndexed indexed && (entry?.UploadedAt ?? TimeOf(indexed.Upload)) is { } uploaded)
            FeaturizeTelemetry.Searchable.Record((indexed.Time - uploaded).TotalSeconds);
    }

    /// <summary>
    /// When an id was made; null for one that does not say: version 7 begins with milliseconds since 1970 (RFC 9562).
    /// </summary>
    private static DateTimeOffset? TimeOf(Guid id) => id.Version == 7
        ? DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >>> 16)
        : null;
}
