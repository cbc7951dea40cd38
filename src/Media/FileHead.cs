using System.Buffers.Binary;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>A file's first bytes: what they say without ffmpeg, and more clearly.</summary>
internal static class FileHead
{
    private const int Bytes = 64;

    /// <summary>Why a file can be neither a video nor a picture; null where it may be one.</summary>
    public static string? ReasonAgainst(string path, out byte[] head)
    {
        head = [];
        try
        {
            if (Directory.Exists(path))
                return "is a folder";
            var file = LinkedFile.At(path);
            if (!file.Exists)
                return "does not exist";
            // Also pipes and devices, which must not be opened: reading them could wait for ever.
            if (file.Length == 0)
                return "is empty";
            using var handle = File.OpenHandle(path);
            var buffer = new byte[Bytes];
            head = buffer[..RandomAccess.Read(handle, buffer, 0)];
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read ({(error is UnauthorizedAccessException ? "permission denied" : error.Message)})";
        }
    }

    /// <summary>Why a file that ffmpeg cannot open is no video.</summary>
    public static string ReasonUnreadable(byte[] head, IReadOnlyList<string> messages)
    {
        if (head.AsSpan().StartsWith("version https://git-lfs"u8))
            return "is a Git LFS pointer, not the video itself; run 'git lfs pull'";
        var essence = FfmpegMessages.Essence(messages);
        if (essence == "moov atom not found" && head.Length > 16 && head.AsSpan(4).StartsWith("ftyp"u8))
            return "is cut short: its index (ffmpeg: moov atom) is missing, so that no frame can be found";
        return $"is not a video, or damaged beyond reading{FfmpegMessages.Quoted(messages)}";
    }

    /// <summary>True for a WebP that holds an animation (RFC 9649, section 2.7).</summary>
    public static bool IsAnimatedWebP(ReadOnlySpan<byte> head) =>
        head.Length > 20 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBPVP8X"u8)
        && BinaryPrimitives.ReadUInt32LittleEndian(head[16..]) >= 10 && (head[20] & 2) != 0;
}
