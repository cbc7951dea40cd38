using System.Text.RegularExpressions;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>What ffmpeg's messages say of a file, in the product's words.</summary>
internal static partial class FfmpegMessages
{
    /// <summary>
    /// The first message that says something of the file, without addresses and paths; null where there is none.
    /// </summary>
    public static string? Essence(IReadOnlyList<string> messages) => messages
        .Select(message => InputName().Replace(Context().Replace(message, ""), "").Trim())
        .FirstOrDefault(text => text.Length > 0 && !Noise().IsMatch(text));

    /// <summary><c> (ffmpeg: …)</c>, or nothing where ffmpeg said nothing.</summary>
    public static string Quoted(IReadOnlyList<string> messages) =>
        Essence(messages) is { } essence ? $" (ffmpeg: {essence})" : "";

    /// <summary>The size of a frame that a decoder refused to make; null where none did.</summary>
    public static (int Width, int Height)? RefusedSize(IReadOnlyList<string> messages) =>
        messages.Select(message => PictureSize().Match(message)).FirstOrDefault(match => match.Success) is { } match
            && int.TryParse(match.Groups[1].ValueSpan, out var width) && int.TryParse(match.Groups[2].ValueSpan, out var height)
                ? (width, height)
                : null;

    /// <summary>Whether a file has more streams than it may.</summary>
    public static bool HasTooManyStreams(IReadOnlyList<string> messages) =>
        messages.Any(message => message.Contains("exceeds max_streams", StringComparison.Ordinal));

    /// <summary>Throws where ffmpeg is older than what it is asked for.</summary>
    public static void ThrowIfTooOld(IReadOnlyList<string> messages)
    {
        if (messages.Any(message => message.Contains("Unrecognized option 'fps_mode'", StringComparison.Ordinal)))
            throw new UserException(
                "this ffmpeg is too old: 5.1 or newer is needed. Install it, or set TCMGC_FFMPEG and TCMGC_FFPROBE to its "
                + "paths.");
    }

    /// <summary>Throws where ffmpeg could not write because its folder's disk is full, which says nothing of the file.</summary>
    public static void ThrowIfDiskFull(IReadOnlyList<string> messages, string folder)
    {
        if (messages.FirstOrDefault(message => message.EndsWith("No space left on device", StringComparison.Ordinal)) is { } full)
            throw DiskFull.At(folder, new IOException(full));
    }

    /// <summary>Throws where ffmpeg could not decode by the hardware it was told to, which says nothing of the file.</summary>
    public static void ThrowIfWithoutHardware(IReadOnlyList<string> messages, string hardware)
    {
        if (messages.Any(NoHardware().IsMatch))
            throw new UserException($"this ffmpeg cannot decode by '{hardware}' here{Quoted(messages)}; set "
                + "Media:HardwareDecoding to what 'ffmpeg -hwaccels' lists and this machine has, or to auto or none");
    }

    [GeneratedRegex("Unrecognized hwaccel|No device available for decoder|Device creation failed")]
    private static partial Regex NoHardware();

    [GeneratedRegex(@"^(\[[^\]]* @ [^\]]*\]\s*)+")]
    private static partial Regex Context();

    [GeneratedRegex(@"\binput(\.\w+)?: ")]
    private static partial Regex InputName();

    [GeneratedRegex("^Last message repeated|non monotonically increasing dts|^Conversion failed|^Codec .* not on whitelist"
        + "|deprecated pixel format")]
    private static partial Regex Noise();

    [GeneratedRegex(@"Picture size (\d+)x(\d+) (?:is invalid|exceeds)")]
    private static partial Regex PictureSize();
}
