using System.Buffers;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;

namespace TcMgc.Ingest;

/// <summary>
/// Turns a video file into a frame pack, and pictures for people. It knows no events, no catalog and no retries.
/// </summary>
/// <param name="packs">Receives the frame packs, and the pictures.</param>
/// <param name="frameSide">Width and height of the frames in pixels, 1 to 4,096: what the model takes.</param>
/// <param name="time">Measures.</param>
/// <param name="options">ffmpeg's programs, limits and patience.</param>
public sealed class VideoDecoder(IBlobStore packs, int frameSide, TimeProvider time, MediaOptions options)
{
    private const int BatchFrames = 8;

    private readonly FrameDecoder _frames = new(options, time);

    /// <summary>Width and height of the frames in pixels.</summary>
    public int FrameSide => frameSide;

    /// <summary>Whether pictures are written: of each second, and the strip of the whole video; default true.</summary>
    public bool WritesPictures { get; init; } = true;

    /// <summary>Checks that ffmpeg and ffprobe can be run.</summary>
    /// <exception cref="UserException">One of them cannot.</exception>
    public ValueTask CheckAsync(CancellationToken cancel) => MediaPrograms.CheckAsync(options, time, cancel);

    /// <summary>Decodes a file at one frame a second.</summary>
    /// <param name="video">The video that the file holds.</param>
    /// <param name="file">Path of the file.</param>
    /// <param name="progress">Receives progress every few frames. Optional.</param>
    /// <param name="cancel">Ends ffmpeg; nothing is left of the pack.</param>
    /// <returns>The pack, which appears whole; or what is wrong with the file.</returns>
    /// <exception cref="UserException">
    /// ffmpeg is missing, or the blob store cannot be used; the file can be tried again.
    /// </exception>
    public async ValueTask<StepResult<DecodedVideo>> DecodeAsync(
        VideoId video, string file, IProgress<DecodeProgress>? progress, CancellationToken cancel)
    {
        using var span = IngestTelemetry.Begin(SpanNames.Decode);
        var started = time.GetTimestamp();
        var opened = await _frames.OpenAsync(file, frameSide, WritesPictures, cancel);
        if (opened.Value is not { Info: var info } frames)
            return new(new VideoFault("file", opened.Reason!));
        await using var _ = frames;
        var batch = ArrayPool<byte>.Shared.Rent(BatchFrames * frames.FrameBytes);
        var isPlain = new List<bool>();
        try
        {
            var first = await frames.ReadAsync(batch, cancel);
            if (first == 0)
                return new(new VideoFault("frames", frames.Reason!));
            var pack = VideoBlobs.FramesOf(video);
            void Report() => progress?.Report(new(video, frames.Frames, info.Duration));
            await packs.WriteAsync(pack, (blob, token) => PackAsync(frames, batch, first, blob, isPlain, Report, token), cancel);
            await WritePicturesAsync(video, frames, isPlain, cancel);
            IngestTelemetry.Frames.Add(frames.Frames);
            return new(new DecodedVideo(pack, frames.Frames, info.Duration ?? frames.Frames, info.Width, info.Height,
                new(info.Format, info.Codec, info.PixelFormat, info.SoundCodec), frames.Warning, time.GetElapsedTime(started))
            { RecordedAt = info.RecordedAt });
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(batch);
        }
    }

    private async ValueTask WritePicturesAsync(
        VideoId video, FrameReader frames, List<bool> isPlain, CancellationToken cancel)
    {
        using var pictures = await frames.EndWithPicturesAsync();
        if (pictures is { Count: > 0 })
            await packs.WriteAsync(VideoBlobs.SecondsOf(video),
                (blob, token) => PicturePack.WriteAsync(blob, pictures, isPlain, token), cancel);
        if (pictures?.StripJpeg is { } strip)
            await packs.WriteAsync(VideoBlobs.StripOf(video), (blob, token) => blob.WriteAsync(strip, token), cancel);
    }

    private static async ValueTask PackAsync(FrameReader frames, byte[] batch, int first, Stream blob, List<bool> isPlain,
        Action report, CancellationToken cancel)
    {
        var pack = await FramePackWriter.CreateAsync(blob, frames.Side, cancel);
        for (var count = first; count > 0; count = await frames.ReadAsync(batch, cancel))
        {
            for (var k = 0; k < count; k++)
            {
                var frame = batch.AsMemory(k * frames.FrameBytes, frames.FrameBytes);
                await pack.AppendAsync(frame, pack.Count, cancel);
                isPlain.Add(PlainFrame.Is(frame.Span));
            }
            report();
        }
        await pack.CompleteAsync(cancel);
    }
}

/// <summary>A video whose frames are in a frame pack.</summary>
/// <param name="Pack">Name of the blob with the frames.</param>
/// <param name="Frames">Frames in it, at least 1.</param>
/// <param name="Duration">Length of the video in seconds.</param>
/// <param name="Width">Width of the picture as shown (after rotation), in pixels.</param>
/// <param name="Height">Height of the picture as shown (after rotation), in pixels.</param>
/// <param name="Format">What the file is.</param>
/// <param name="Warning">What was wrong although there are frames (a truncated file); null where nothing was.</param>
/// <param name="Elapsed">How long decoding took.</param>
public sealed record DecodedVideo(
    string Pack, int Frames, double Duration, int Width, int Height, VideoFormat Format, string? Warning, TimeSpan Elapsed)
{
    /// <summary>When it was recorded; null where the file does not say.</summary>
    public DateTimeOffset? RecordedAt { get; init; }
}
