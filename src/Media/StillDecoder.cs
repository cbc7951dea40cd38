using FFMpegCore.Enums;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// Decodes a picture (PNG, JPEG, WebP, BMP and whatever else ffmpeg reads) or a video's first frame into the pixels that <see
/// cref="FrameDecoder"/> makes of frames.
/// </summary>
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
        var input = FfmpegInput.Link(path, "input");
        var picture = await FirstFrameAsync(input, ContainerFormats.ForImages, side, cancellationToken);
        if (!picture.Succeeded)
        {
            input = FfmpegInput.Link(path);
            var video = await FirstFrameAsync(input, ContainerFormats.ForFiles, side, cancellationToken);
            picture = video.Succeeded || picture.Reason == Unreadable ? video : picture;
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
        using var input = FfmpegInput.Create(out var file);
        await using (file)
        {
            var buffer = new byte[1 << 16];
            while (await picture.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (file.Length + read > options.MaxImageBytes)
                    return MediaResult.Refused<byte[]>(
                        $"is larger than the limit for pictures ({options.MaxImageBytes >> 20} MiB)");
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        return await FirstFrameAsync(input, ContainerFormats.ForImages, side, cancellationToken);
    }

    private async ValueTask<MediaResult<byte[]>> FirstFrameAsync(
        FfmpegInput input, string formats, int side, CancellationToken cancellationToken)
    {
        using var taken = input;
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        var arguments = FfmpegArguments.Pictures(input.Name, formats, options, FrameFilter.Picture(side),
            before => { }, after => after.WithMap(0, StreamType.Video, 0).WithFrameCount(1).AsRawFrames());
        await using var ffmpeg = FfmpegProcess.Start(options.Ffmpeg, arguments, input, options, time ?? TimeProvider.System);
        var frame = new byte[side * side * 3];
        if (await ffmpeg.ReadAsync(frame, cancellationToken) == frame.Length)
            return frame;
        var (_, messages) = await ffmpeg.EndAsync(cancellationToken);
        if (FfmpegMessages.RefusedSize(messages) is { } size)
            return MediaResult.Refused<byte[]>(options.TooLarge(size.Width, size.Height));
        var quoted = ContainerFormats.RefusedIn(messages) is null ? FfmpegMessages.Quoted(messages) : "";
        return MediaResult.Refused<byte[]>(Unreadable + quoted);
    }
}
