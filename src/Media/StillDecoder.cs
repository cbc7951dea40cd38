using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Makes of a picture (PNG, JPEG, WebP, BMP and whatever else ffmpeg reads) or of a video's first frame what <see cref="FrameDecoder"/> makes of frames.</summary>
/// <param name="options">Programs, limits and patience.</param>
/// <param name="time">Clock of the watchdog; the system's by default.</param>
public sealed class StillDecoder(MediaOptions options, TimeProvider? time = null)
{
    private const string Unreadable = "is not an image that can be read";

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
        {
            var byName = await FromFileAsync(path, side, cancellationToken).ConfigureAwait(false);
            picture = byName.Succeeded || picture.Reason == Unreadable ? byName : picture;
        }
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
        await using var ffmpeg = Start(null, side);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feeding = FeedAsync(picture, ffmpeg, enough.Token);
        try
        {
            return await TakeAsync(ffmpeg, null, feeding, side, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The caller's stream is left alone once this returns.
            ffmpeg.Kill();
            await enough.CancelAsync().ConfigureAwait(false);
            await ((Task)feeding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What cannot be read as a stream of bytes: videos, and pictures such as TIFF that are read back and forth.</summary>
    private async ValueTask<MediaResult<byte[]>> FromFileAsync(string path, int side, CancellationToken cancellationToken)
    {
        await using var ffmpeg = Start(path, side);
        ffmpeg.CloseInput();
        return await TakeAsync(ffmpeg, path, Task.FromResult(true), side, cancellationToken).ConfigureAwait(false);
    }

    private FfmpegProcess Start(string? path, int side)
    {
        string[] arguments =
        [
            .. FfmpegArguments.Quiet, .. FfmpegArguments.Input(path, options), "-map", "0:v:0", "-frames:v", "1",
            .. FfmpegArguments.RawFrames(FrameFilter.Picture(side)),
        ];
        return FfmpegProcess.Start(options.Ffmpeg, arguments, options, time ?? TimeProvider.System);
    }

    private async ValueTask<MediaResult<byte[]>> TakeAsync(
        FfmpegProcess ffmpeg, string? path, Task<bool> feeding, int side, CancellationToken cancellationToken)
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
            ? Unreadable
            : Unreadable + FfmpegMessages.Quoted(messages, path));
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
}
