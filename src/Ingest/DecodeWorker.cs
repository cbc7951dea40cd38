using System.Buffers;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Ingest;

/// <summary>
/// Turns each uploaded video into a frame pack in the blob store, and says so in the event log: one <see cref="VideoDecoded"/>, or one
/// <see cref="VideoFailed"/> where the file is at fault. Doing a video twice is as doing it once.
/// </summary>
/// <param name="log">Takes what became of uploads.</param>
/// <param name="blobs">Holds originals that were copied; takes the frame packs.</param>
/// <param name="catalog">Says which videos are done or were removed meanwhile.</param>
/// <param name="frameSide">Width and height of the frames in pixels, 1 to 4096: what the model takes.</param>
/// <param name="time">Dates events and measures.</param>
/// <param name="options">ffmpeg's programs, limits and patience.</param>
public sealed class DecodeWorker(IEventLog log, IBlobStore blobs, ICatalog catalog, int frameSide, TimeProvider time, MediaOptions options)
{
    /// <summary>The group under which decoders share the log's events.</summary>
    public const string Group = "ingest";

    private const int BatchFrames = 8;
    private readonly MediaProbe _probe = new(options, time);
    private readonly FrameDecoder _decoder = new(options, time);

    /// <summary>Videos that <see cref="RunAsync"/> decodes at a time, at least 1; default 1, for one ffmpeg already uses every core.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Told of how far <see cref="RunAsync"/> has come with videos; may be null.</summary>
    public IProgress<DecodeProgress>? Progress { get; init; }

    /// <summary>Handles uploads as the log brings them, until asked to stop.</summary>
    /// <param name="events">Brings them; what was not finished when it gives up is delivered again next time.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <exception cref="UserException">ffmpeg is missing, or a store cannot be used.</exception>
    public Task RunAsync(EventConsumer events, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.RunAsync(new(Group, [Topics.Uploaded]) { MaxInFlight = Concurrency },
            async (happened, cancel) => await HandleAsync((VideoUploaded)happened, Progress, cancel), stop);
    }

    /// <summary>Decodes one upload; its frame pack appears whole, then the log says so.</summary>
    /// <param name="upload">What was uploaded.</param>
    /// <param name="progress">Told of every few frames; may be null.</param>
    /// <param name="cancel">Ends ffmpeg; nothing is left of the pack and nothing is appended.</param>
    /// <returns>What was appended to the log; null where nothing was to do: the video was removed, or is done already.</returns>
    /// <exception cref="UserException">ffmpeg is missing, or a store cannot be used; the video can be tried again.</exception>
    public async ValueTask<UploadOutcome?> HandleAsync(VideoUploaded upload, IProgress<DecodeProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(upload);
        if (await IsSupersededAsync(upload, cancel) || await IsDoneAsync(upload, cancel))
            return null;
        var original = await OriginalFile.OpenAsync(upload.Source, upload.Bytes, blobs, cancel);
        await using var _ = original;
        var outcome = original.Reason is { } reason
            ? Failed(upload, "original", reason)
            : await DecodeAsync(upload, original.Path, progress, cancel);
        if (await IsRemovedAsync(upload, cancel))
        {
            await blobs.DeleteAsync(VideoBlobs.FramesOf(upload.VideoId), cancel);
            return null;
        }
        await log.AppendAsync(outcome, cancel);
        return outcome;
    }

    /// <summary>Whether the same content was uploaded again since: that upload is the video's, and this one's copy goes.</summary>
    private async ValueTask<bool> IsSupersededAsync(VideoUploaded upload, CancellationToken cancel)
    {
        await catalog.ApplyAsync(upload, cancel); // It may be the later one, and not be known here yet.
        if (await catalog.GetAsync(upload.VideoId, cancel) is not { } entry || entry.UploadId == upload.EventId)
            return false;
        if (upload.LocalPath is null && upload.Source != entry.Source)
            await blobs.DeleteAsync(upload.Source, cancel);
        return true;
    }

    private async ValueTask<bool> IsDoneAsync(VideoUploaded upload, CancellationToken cancel) =>
        await catalog.GetAsync(upload.VideoId, cancel) is { } entry && entry.UploadId == upload.EventId
        && entry.State switch
        {
            VideoState.Deleted or VideoState.Failed or VideoState.Indexed => true,
            VideoState.Decoded => await HasPackAsync(upload.VideoId, cancel),
            _ => false,
        };

    private async ValueTask<bool> IsRemovedAsync(VideoUploaded upload, CancellationToken cancel) =>
        await catalog.GetAsync(upload.VideoId, cancel) is { State: VideoState.Deleted } entry && entry.UploadId == upload.EventId;

    private async ValueTask<bool> HasPackAsync(VideoId video, CancellationToken cancel)
    {
        if (await blobs.OpenReadAsync(VideoBlobs.FramesOf(video), cancel) is not { } blob)
            return false;
        try
        {
            var pack = await FramePackReader.OpenAsync(blob, cancel);
            await using var _ = pack;
            return pack.Side == frameSide;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private async ValueTask<UploadOutcome> DecodeAsync(
        VideoUploaded upload, string path, IProgress<DecodeProgress>? progress, CancellationToken cancel)
    {
        using var span = IngestTelemetry.Begin(SpanNames.Decode);
        var started = time.GetTimestamp();
        var probed = await _probe.ProbeAsync(path, cancel);
        if (probed is not { Value: { } info })
            return Failed(upload, "file", probed.Reason!);
        var frames = _decoder.Open(path, info, frameSide);
        await using var _ = frames;
        var batch = ArrayPool<byte>.Shared.Rent(BatchFrames * frames.FrameBytes);
        try
        {
            var first = await frames.ReadAsync(batch, cancel);
            if (first == 0)
                return Failed(upload, "frames", frames.Reason!);
            var pack = VideoBlobs.FramesOf(upload.VideoId);
            void Report() => progress?.Report(new(upload.VideoId, frames.Frames, info.Duration));
            await blobs.WriteAsync(pack, (blob, token) => PackAsync(frames, batch, first, blob, Report, token), cancel);
            IngestTelemetry.Frames.Add(frames.Frames);
            return Decoded(upload, info, frames, pack, time.GetElapsedTime(started));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(batch);
        }
    }

    private static async ValueTask PackAsync(
        FrameReader frames, byte[] batch, int first, Stream blob, Action report, CancellationToken cancel)
    {
        var pack = await FramePackWriter.CreateAsync(blob, frames.Side, cancel);
        for (var count = first; count > 0; count = await frames.ReadAsync(batch, cancel))
        {
            for (var k = 0; k < count; k++)
                await pack.AppendAsync(batch.AsMemory(k * frames.FrameBytes, frames.FrameBytes), pack.Count, cancel);
            report();
        }
        await pack.CompleteAsync(cancel);
    }

    private VideoDecoded Decoded(VideoUploaded upload, MediaInfo info, FrameReader frames, string pack, TimeSpan elapsed) => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = time.GetUtcNow(),
        FramePack = pack,
        Frames = frames.Frames,
        Duration = info.Duration ?? frames.Frames,
        Width = info.Width,
        Height = info.Height,
        Warning = frames.Warning,
        Elapsed = elapsed.TotalSeconds,
    };

    private VideoFailed Failed(VideoUploaded upload, string kind, string reason)
    {
        IngestTelemetry.Failed(kind);
        return new()
        {
            VideoId = upload.VideoId,
            UploadId = upload.EventId,
            Time = time.GetUtcNow(),
            Stage = Stages.Decode,
            Reason = reason,
        };
    }
}
