using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>ffmpeg and ffprobe as this machine has them.</summary>
public static class MediaPrograms
{
    private const int LongestVersion = 1 << 16;

    /// <summary>Runs both programs once.</summary>
    /// <exception cref="UserException">One of them cannot be run.</exception>
    public static async ValueTask CheckAsync(MediaOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var program in new[] { options.Ffmpeg, options.Ffprobe })
        {
            var input = FfmpegInput.Create(out var file);
            await file.DisposeAsync();
            await using var process = FfmpegProcess.Start(program, "-version", input, options, time);
            await process.ReadAsync(new byte[LongestVersion], cancellationToken);
            if (await process.EndAsync(cancellationToken) is { Status: not 0 and var status })
                throw new UserException($"'{program} -version' ended with status {status}; install ffmpeg 5.1 or newer");
        }
    }
}
