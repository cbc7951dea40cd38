using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;

namespace TcMgc.Ingest;

/// <summary>
/// Decodes each uploaded video and appends what became of it: one <see cref="VideoDecoded"/>, or one <see cref="VideoFailed"/>
/// where the file is at fault. Handling an upload twice has the same effect as handling it once.
/// </summary>
/// <param name="decoder">Makes the frame packs.</param>
/// <param name="log">Receives what became of uploads.</param>
/// <param name="blobs">Holds copied originals and the frame packs.</param>
/// <param name="catalog">Says which videos are done or were removed in the meantime.</param>
/// <param name="time">Dates events.</param>
public sealed class DecodeWorker(VideoDecoder decoder, IEventLog log, IBlobStore blobs, ICatalog catalog, TimeProvider time)
{
    /// <summary>The group under which decoders share the log's events.</summary>
    public const string Group = "ingest";

    /// <summary>
    /// Videos that <see cref="RunAsync"/> decodes at a time, at least 1; default 2, so that one slow video holds up no other.
    /// </summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>Receives progress of <see cref="RunAsync"/>. Optional.</summary>
    public IProgress<DecodeProgress>? Progress { get; init; }

    /// <summary>Bounds the packs that wait to be encoded in this process; null: they are not bounded.</summary>
    public FramePackRoom? Room { get; init; }

    /// <summary>Handles uploads as the log brings them, until asked to stop.</summary>
    /// <param name="events">Brings them; what is not finished when it gives up is delivered again next time.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <exception cref="UserException">ffmpeg is missing, or a store cannot be used.</exception>
    public async Task RunAsync(EventConsumer events, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(events);
        await decoder.CheckAsync(stop);
        await events.Outages.WaitAsync(() => DecodeUnfittingAsync(stop), stop);
        await events.RunAsync(new(Group, [Topics.Uploaded]) { MaxInFlight = Concurrency },
            async (happened, cancel) => await HandleAsync((VideoUploaded)happened, Progress, cancel), stop, Stages.Decode);
    }

    /// <summary>Decodes one upload; its frame pack appears whole, then the event is appended.</summary>
    /// <param name="upload">What was uploaded.</param>
    /// <param name="progress">Receives progress every few frames. Optional.</param>
    /// <param name="cancel">Ends ffmpeg; nothing is left of the pack and nothing is appended.</param>
    /// <returns>What was appended to the log; null where nothing was to do: the video was removed, or is done already.</returns>
    /// <exception cref="UserException">ffmpeg is missing, or a store cannot be used; the video can be tried again.</exception>
    public async ValueTask<UploadOutcome?> HandleAsync(
        VideoUploaded upload, IProgress<DecodeProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(upload);
        await catalog.ApplyAsync(upload, cancel); // It may be the latest upload and not be known here yet.
        var entry = await catalog.GetAsync(upload.VideoId, cancel)
            ?? throw new UserException($"the catalog does not keep video {upload.VideoId}");
        if (entry.UploadId != upload.EventId)
        {
            // The same content was uploaded again since: that upload is the video's, and the copy of this one is not needed.
            if (upload.LocalPath is null && upload.Source != entry.Source)
                await blobs.DeleteAsync(upload.Source, cancel);
            return null;
        }
        return await IsDoneAsync(entry, cancel) ? null : await DecodeInRoomAsync(entry, progress, cancel);
    }

    /// <summary>A failed video is not done: its upload comes again only where somebody wants it tried again.</summary>
    private async ValueTask<bool> IsDoneAsync(CatalogEntry entry, CancellationToken cancel) => entry.State switch
    {
        VideoState.Deleted or VideoState.Indexed => true,
        VideoState.Decoded => await SideOfPackAsync(entry.Id, cancel) is { } side
            ? side == decoder.FrameSide : await IsPastAsync(entry, cancel),
        _ => false,
    };

    /// <summary>Whether frames went because the video is indexed, or has failed, since its entry was read.</summary>
    private async ValueTask<bool> IsPastAsync(CatalogEntry entry, CancellationToken cancel) =>
        await catalog.GetAsync(entry.Id, cancel) is { } now
        && (now.UploadId, now.State) != (entry.UploadId, VideoState.Decoded);

    /// <summary>
    /// Decodes again what waits to be encoded with frames of another side: the setting was wrong, or the model has changed.
    /// </summary>
    private async ValueTask DecodeUnfittingAsync(CancellationToken cancel)
    {
        await foreach (var entry in catalog.ListAsync(cancel))
            if (entry.State == VideoState.Decoded
                && await SideOfPackAsync(entry.Id, cancel) is { } side && side != decoder.FrameSide
                && await DecodeAsync(entry, Progress, cancel) is VideoFailed)
                await blobs.DeleteAsync(VideoBlobs.FramesOf(entry.Id), cancel);
    }

    private async ValueTask<UploadOutcome?> DecodeInRoomAsync(
        CatalogEntry entry, IProgress<DecodeProgress>? progress, CancellationToken cancel)
    {
        if (Room is not null)
            await Room.EnterAsync(entry.UploadId, cancel);
        var hasPack = false;
        try
        {
            var outcome = await DecodeAsync(entry, progress, cancel);
            hasPack = outcome is VideoDecoded;
            return outcome;
        }
        finally
        {
            if (!hasPack)
                Room?.Leave(entry.UploadId);
        }
    }

    private async ValueTask<UploadOutcome?> DecodeAsync(
        CatalogEntry entry, IProgress<DecodeProgress>? progress, CancellationToken cancel)
    {
        StepResult<DecodedVideo> result;
        var original = await OriginalFile.OpenAsync(entry.Source, entry.Bytes, blobs, cancel);
        await using (original)
            result = original.Reason is { } reason
                ? new(new VideoFault("original", reason))
                : await decoder.DecodeAsync(entry.Id, original.Path, progress, cancel);
        if (await catalog.GetAsync(entry.Id, cancel) is { State: VideoState.Deleted } now && now.UploadId == entry.UploadId)
        {
            foreach (var written in new[]
                { VideoBlobs.FramesOf(entry.Id), VideoBlobs.SecondsOf(entry.Id), VideoBlobs.StripOf(entry.Id) })
                await blobs.DeleteAsync(written, cancel);
            return null;
        }
        UploadOutcome outcome = result.Succeeded ? Decoded(entry, result.Value) : Failed(entry, result.Fault);
        await log.AppendAsync(outcome, cancel);
        return outcome;
    }

    /// <summary>Width and height of the frames in a video's pack; null where there is none that can be read.</summary>
    private async ValueTask<int?> SideOfPackAsync(VideoId video, CancellationToken cancel)
    {
        if (await blobs.OpenReadAsync(VideoBlobs.FramesOf(video), cancel) is not { } blob)
            return null;
        try
        {
            var pack = await FramePackReader.OpenAsync(blob, cancel);
            await using var _ = pack;
            return pack.Side;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private VideoDecoded Decoded(CatalogEntry entry, DecodedVideo video) => new()
    {
        VideoId = entry.Id,
        Collection = entry.Collection,
        UploadId = entry.UploadId,
        Time = time.GetUtcNow(),
        FramePack = video.Pack,
        Frames = video.Frames,
        Duration = video.Duration,
        Width = video.Width,
        Height = video.Height,
        Format = video.Format,
        RecordedAt = video.RecordedAt,
        Warning = video.Warning,
        Elapsed = video.Elapsed.TotalSeconds,
    };

    private VideoFailed Failed(CatalogEntry entry, VideoFault fault)
    {
        IngestTelemetry.Failed(fault.Kind);
        return new()
        {
            VideoId = entry.Id,
            UploadId = entry.UploadId,
            Time = time.GetUtcNow(),
            Stage = Stages.Decode,
            Reason = fault.Reason,
        };
    }
}
