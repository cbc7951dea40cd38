using System.Text;
using System.Text.RegularExpressions;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>What this machine's ffmpeg can make videos for browsers with: that differs from build to build.</summary>
/// <param name="options">Programs and limits.</param>
/// <param name="time">Clock of the watchdog.</param>
internal sealed partial class BrowserEncoders(MediaOptions options, TimeProvider time)
{
    private const int LongestList = 1 << 20;

    /// <summary>The best first.</summary>
    private static readonly Choice[] s_choices =
    [
        new(BrowserFormat.Mp4, "libx264", "-preset veryfast -crf 23", "aac", "-movflags +faststart"),
        new(BrowserFormat.Mp4, "libopenh264", "-b:v 3M", "aac", "-movflags +faststart"),
        new(BrowserFormat.WebM, "libvpx-vp9", "-deadline realtime -cpu-used 8 -row-mt 1 -crf 33 -b:v 0", "libopus",
            "-cues_to_front 1"),
        new(BrowserFormat.WebM, "libvpx", "-deadline realtime -cpu-used 8 -crf 12 -b:v 3M", "libvorbis", "-cues_to_front 1"),
    ];

    private HashSet<string>? _known;

    /// <summary>One way to make a video.</summary>
    /// <param name="Format">What it makes.</param>
    /// <param name="Encoder">ffmpeg's encoder of pictures.</param>
    /// <param name="Quality">That encoder's options.</param>
    /// <param name="Sound">ffmpeg's encoder of sound.</param>
    /// <param name="Muxer">Options of the container: a player can seek before all has come.</param>
    public sealed record Choice(BrowserFormat Format, string Encoder, string Quality, string Sound, string Muxer);

    /// <summary>The best way to make a format, or any where none is given; null where this ffmpeg has none.</summary>
    /// <exception cref="UserException">ffmpeg cannot be run.</exception>
    public async ValueTask<Choice?> FindAsync(BrowserFormat? format, CancellationToken cancel)
    {
        _known ??= await ListAsync(cancel);
        return s_choices.FirstOrDefault(choice => (format is null || choice.Format == format)
            && _known.Contains(choice.Encoder) && _known.Contains(choice.Sound));
    }

    /// <summary>Why there is none.</summary>
    public static string ReasonWithout(BrowserFormat? format) => "cannot be prepared: this server's ffmpeg has none of the "
        + $"encoders {string.Join(", ", s_choices.Where(choice => format is null || choice.Format == format)
            .Select(choice => $"{choice.Encoder} with {choice.Sound}"))}";

    private async ValueTask<HashSet<string>> ListAsync(CancellationToken cancel)
    {
        var input = FfmpegInput.Create(out var file);
        await file.DisposeAsync();
        await using var process = FfmpegProcess.Start(options.Ffmpeg, "-v error -hide_banner -encoders", input, options, time);
        var list = new byte[LongestList];
        var length = await process.ReadAsync(list, cancel);
        await process.EndAsync(cancel);
        return [.. Line().Matches(Encoding.UTF8.GetString(list, 0, length)).Select(line => line.Groups[1].Value)];
    }

    [GeneratedRegex(@"^ [VAS][.\w]{5} (\S+)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
