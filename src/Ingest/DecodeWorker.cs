using System.Buffers;
using TcMgc.Ingest.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;

namespace TcMgc.Ingest;

/// <summary>
/// Turns each uploaded video into a frame pack in the blob store, and says so in the event log: one <see cref="VideoDecoded"/>, or one
/// <see cref="VideoFailed"/> where the file is at fault. Decoding a video again overwrites the pack with the same one.
/// </summary>
public sealed class DecodeWorker(IEventLog log, IBlobStore blobs, DecodeOptions options, TimeProvider time)
{
    /// <summary>Name of the group that uploads are delivered to.</summary>
    public const string Group = "decode";

    private const int BatchFrames = 8;
    private readonly MediaProbe _probe = new(options.Media, time);
    private readonly FrameDecoder _decoder = new(options.Media, time);

    /// <summary>Name of the blob that holds a video's frames.</summary>
    public static string PackName(VideoId video, int side) => $"frames/{video}-{side}.pack";

    /// <summary>Decodes what is uploaded until cancelled.</summary>
    /// <param name="progress">Told of every few frames, from several threads; may be null.</param>
    /// <param name="cancellationToken">Ends the work; what was not finished is delivered again next time.</param>
    /// <exception cref="UserException">ffmpeg is missing, or the blob store or the log cannot be written.</exception>
    public Task RunAsync(IProgress<DecodeProgress>? progress, CancellationToken cancellationToken)
    {
        var uploads = log.SubscribeAsync(
            new Subscription(Group, [Topics.Uploaded]) { MaxInFlight = options.Parallel }, cancellationToken);
        var atATime = new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(uploads, atATime, async (delivery, token) =>
        {
            if (delivery.Event is VideoUploaded upload)
                await DecodeAsync(upload, progress, token).ConfigureAwait(false);
            await log.CommitAsync(delivery, token).ConfigureAwait(false);
        });
    }

    /// <summary>Decodes one upload and appends its outcome.</summary>
    /// <param name="upload">What was uploaded.</param>
    /// <param name="progress">Told of every few frames; may be null.</param>
    /// <param name="cancellationToken">Ends ffmpeg; nothing is left of the pack and nothing is appended.</param>
    /// <returns>The event appended: <see cref="VideoDecoded"/> or <see cref="VideoFailed"/>.</returns>
    /// <exception cref="UserException">ffmpeg is missing, or the blob store or the log cannot be written.</exception>
    public async ValueTask<UploadOutcome> DecodeAsync(VideoUploaded upload, IProgress<DecodeProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        await using var original = await Original.OpenAsync(upload, blobs, cancellationToken).ConfigureAwait(false);
        var outcome = original.Reason is { } reason
            ? Failed(upload, reason)
            : await DecodeAsync(upload, original.Path, progress, cancellationToken).ConfigureAwait(false);
        await log.AppendAsync(outcome, cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    private async ValueTask<UploadOutcome> DecodeAsync(
        VideoUploaded upload, string path, IProgress<DecodeProgress>? progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var probed = await _probe.ProbeAsync(path, cancellationToken).ConfigureAwait(false);
        if (probed is not { Value: { } info })
            return Failed(upload, probed.Reason!);
        await using var frames = _decoder.Open(path, info, options.Side);
        var batch = ArrayPool<byte>.Shared.Rent(BatchFrames * frames.FrameBytes);
        try
        {
            var first = await frames.ReadAsync(batch, cancellationToken).ConfigureAwait(false);
            if (first == 0)
                return Failed(upload, frames.Reason!);
            var pack = PackName(upload.VideoId, options.Side);
            void Report() => progress?.Report(new(upload.VideoId, upload.FileName, frames.Frames, info.Duration));
            await blobs.WriteAsync(pack, (blob, token) => PackAsync(frames, batch, first, blob, Report, token), cancellationToken).ConfigureAwait(false);
            return Decoded(upload, info, frames, pack, time.GetElapsedTime(started));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(batch);
        }
    }

    private static async ValueTask PackAsync(
        FrameReader frames, byte[] batch, int first, Stream blob, Action report, CancellationToken cancellationToken)
    {
        var pack = await FramePackWriter.CreateAsync(blob, frames.Side, cancellationToken).ConfigureAwait(false);
        for (var count = first; count > 0; count = await frames.ReadAsync(batch, cancellationToken).ConfigureAwait(false))
        {
            for (var k = 0; k < count; k++)
                await pack.AppendAsync(batch.AsMemory(k * frames.FrameBytes, frames.FrameBytes), pack.Count, cancellationToken).ConfigureAwait(false);
            report();
        }
        await pack.CompleteAsync(cancellationToken).ConfigureAwait(false);
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

    private VideoFailed Failed(VideoUploaded upload, string reason) => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = time.GetUtcNow(),
        Stage = Stages.Decode,
        Reason = reason,
    };
}
