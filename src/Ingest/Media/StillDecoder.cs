using TcMgc.Shared;

namespace TcMgc.Ingest.Media;

/// <summary>Makes of a picture (PNG, JPEG, WebP, BMP and whatever else ffmpeg reads) or of a video's first frame what <see cref="FrameDecoder"/> makes of frames.</summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class StillDecoder(MediaOptions options, TimeProvider? time = null)
{
    /// <summary>Decodes a file.</summary>
    /// <param name="path">A picture, or a video whose first frame is meant.</param>
    /// <param name="side">Width and height of what is given, in pixels, 1 to 4096.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>Shape (side, side, 3), RGB.</returns>
    /// <exception cref="UserException">It is no picture and no video that can be read, or ffmpeg is not installed.</exception>
    public async ValueTask<byte[]> DecodeAsync(string path, int side, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (FileHead.ReasonAgainst(path, out _) is { } reason)
            throw new UserException($"{path}: {reason}");
        MediaResult<byte[]> picture;
        var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
        await using (file.ConfigureAwait(false))
            picture = await DecodeAsync(file, side, cancellationToken).ConfigureAwait(false);
        if (!picture.Succeeded)
            picture = await FirstFrameAsync(path, picture, side, cancellationToken).ConfigureAwait(false);
        return picture.Value ?? throw new UserException($"{path}: {picture.Reason}");
    }

    /// <summary>Decodes a picture that comes as bytes.</summary>
    /// <param name="picture">The picture's file; need not seek. Read to its end or to the limit.</param>
    /// <param name="side">Width and height of what is given, in pixels, 1 to 4096.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>Shape (side, side, 3), RGB; or why not.</returns>
    /// <exception cref="UserException">ffmpeg is not installed.</exception>
    public async ValueTask<MediaResult<byte[]>> DecodeAsync(Stream picture, int side, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        string[] arguments =
            [.. FfmpegArguments.Quiet, .. FfmpegArguments.Input(null, options), "-frames:v", "1", .. FfmpegArguments.RawFrames(FrameFilter.Picture(side))];
        await using var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, options, time ?? TimeProvider.System);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feeding = FeedAsync(picture, ffmpeg, enough.Token);
        try
        {
            return await TakeAsync(ffmpeg, feeding, side, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The caller's stream is left alone once this returns.
            ffmpeg.Kill();
            await enough.CancelAsync().ConfigureAwait(false);
            await ((Task)feeding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<MediaResult<byte[]>> TakeAsync(FfmpegProcess ffmpeg, Task<bool> feeding, int side, CancellationToken cancellationToken)
    {
        var frame = new byte[side * side * 3];
        if (await ffmpeg.ReadAsync(frame, cancellationToken).ConfigureAwait(false) == frame.Length)
            return frame;
        var (_, messages) = await ffmpeg.EndAsync(cancellationToken).ConfigureAwait(false);
        FfmpegMessages.ThrowIfTooOld(messages);
        if (!await feeding.ConfigureAwait(false))
            return MediaResult<byte[]>.Refused($"is larger than the limit for pictures ({options.MaxImageBytes >> 20} MiB)");
        if (FfmpegMessages.RefusedSize(messages) is { } size)
            return MediaResult<byte[]>.Refused(options.TooLarge(size.Width, size.Height));
        return MediaResult<byte[]>.Refused(ContainerFormats.RefusedIn(string.Join('\n', messages)) is not null
            ? "is not an image that can be read"
            : $"is not an image that can be read{FfmpegMessages.Quoted(messages, null)}");
    }

    /// <summary>Passes the bytes on; false where they go beyond the limit. ffmpeg closes its end when it has what it needs.</summary>
    private async Task<bool> FeedAsync(Stream picture, FfmpegProcess ffmpeg, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[1 << 16];
            for (long total = 0; await picture.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read;)
            {
                if ((total += read) > options.MaxImageBytes)
                    return false;
                await ffmpeg.Input.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // ffmpeg has ended: its status and messages say why.
        }
        finally
        {
            CloseQuietly(ffmpeg);
        }
        return true;
    }

    private static void CloseQuietly(FfmpegProcess ffmpeg)
    {
        try
        {
            ffmpeg.CloseInput();
        }
        catch (IOException)
        {
            // What was still buffered has no reader any more.
        }
    }

    private async ValueTask<MediaResult<byte[]>> FirstFrameAsync(
        string path, MediaResult<byte[]> asPicture, int side, CancellationToken cancellationToken)
    {
        if (await new MediaProbe(options, time).ProbeAsync(path, cancellationToken).ConfigureAwait(false) is not { Value: { } info })
            return asPicture;
        var frames = new FrameDecoder(options, time).Open(path, info, side);
        await using var _ = frames.ConfigureAwait(false);
        var frame = new byte[frames.FrameBytes];
        return await frames.ReadAsync(frame, cancellationToken).ConfigureAwait(false) == 1
            ? frame
            : MediaResult<byte[]>.Refused(frames.Reason ?? asPicture.Reason!);
    }
}
