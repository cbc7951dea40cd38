using System.Globalization;
using System.Text;

namespace TcMgc.Media;

/// <summary>
/// The pictures that ffmpeg makes beside the frames, one of each and the strip of all, as it leaves them in its folder. To be
/// disposed of before the <see cref="FrameReader"/> that they come from.
/// </summary>
public sealed class FramePictures : IDisposable
{
    /// <summary>Names of the files: a part for each picture with its length before it, and a JPEG.</summary>
    internal const string Thumbnails = "thumbnails", Strip = "strip";

    private const string LengthHeader = "Content-length: ";

    private readonly FileStream _file;
    private readonly List<(long Offset, int Bytes)> _parts = [];

    private FramePictures(FileStream file) => _file = file;

    /// <summary>Pictures in the order of the frames; the last frames may have none where ffmpeg was stopped.</summary>
    public int Count => _parts.Count;

    /// <summary>The JPEG that <see cref="Media.Strip.Of"/> lays out; null where none was made.</summary>
    public byte[]? StripJpeg { get; private init; }

    /// <summary>Opens what is in a folder; null where there is none.</summary>
    internal static FramePictures? Open(string folder)
    {
        var (thumbnails, strip) = (Path.Combine(folder, Thumbnails), Path.Combine(folder, Strip));
        if (!File.Exists(thumbnails))
            return null;
        var pictures = new FramePictures(File.OpenRead(thumbnails))
        {
            StripJpeg = new FileInfo(strip) is { Exists: true, Length: > 0 } ? File.ReadAllBytes(strip) : null,
        };
        pictures.FindParts();
        return pictures;
    }

    /// <summary>Bytes of a picture.</summary>
    internal int BytesOf(int picture) => _parts[picture].Bytes;

    /// <summary>Copies a picture.</summary>
    internal async ValueTask CopyAsync(int picture, Stream to, CancellationToken cancel)
    {
        var (offset, bytes) = _parts[picture];
        var jpeg = new byte[bytes];
        _file.Position = offset;
        await _file.ReadExactlyAsync(jpeg, cancel);
        await to.WriteAsync(jpeg, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Each part has lines like those of HTTP, one with the length, an empty line, and the picture.</summary>
    private void FindParts()
    {
        var bytes = 0;
        while (ReadLine() is { } line)
            if (line.StartsWith(LengthHeader, StringComparison.Ordinal))
                bytes = int.Parse(line[LengthHeader.Length..], CultureInfo.InvariantCulture);
            else if (line.Length == 0 && bytes > 0)
            {
                if (_file.Position + bytes > _file.Length)
                    return; // ffmpeg was stopped while it wrote.
                _parts.Add((_file.Position, bytes));
                _file.Seek(bytes, SeekOrigin.Current);
                bytes = 0;
            }
    }

    private string? ReadLine()
    {
        var line = new StringBuilder();
        while (_file.ReadByte() is >= 0 and var next)
        {
            if (next == '\n')
                return line.ToString();
            if (next != '\r')
                line.Append((char)next);
        }
        return null;
    }
}
