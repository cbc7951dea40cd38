using System.Buffers.Binary;

namespace TcMgc.Media;

/// <summary>
/// A small picture of each second of a video, as one blob; all numbers are little-endian:
/// <code>
/// header   16 bytes   "TCMGCPP1", N (int32), the second that stands for the whole video (int32)
/// index    N × 12     of each second, offset (int64) and bytes (int32) of its picture
/// pictures            JPEG
/// </code>
/// A second whose frame is plain has the picture of one close by that is not, where there is one.
/// </summary>
public sealed class PicturePack : IAsyncDisposable
{
    /// <summary>Width of the pictures in pixels.</summary>
    public const int Width = 320;

    private const int HeaderBytes = 16, EntryBytes = 12, LargestPicture = 8 << 20;

    /// <summary>Seconds that a picture may be away from its frame.</summary>
    private const int Near = 2;

    private readonly Stream _blob;

    private PicturePack(Stream blob, int seconds, int poster) => (_blob, Seconds, Poster) = (blob, seconds, poster);

    private static ReadOnlySpan<byte> Magic => "TCMGCPP1"u8;

    /// <summary>Seconds that have a picture, at least 1.</summary>
    public int Seconds { get; }

    /// <summary>The second whose picture stands for the whole video: the first that is not plain.</summary>
    public int Poster { get; }

    /// <summary>Writes a pack.</summary>
    /// <param name="blob">Receives it.</param>
    /// <param name="pictures">A picture of each second, one at least.</param>
    /// <param name="isPlain">Of each second, whether its frame is plain; at least as many as there are pictures.</param>
    /// <param name="cancel">Gives up.</param>
    public static async ValueTask WriteAsync(
        Stream blob, FramePictures pictures, IReadOnlyList<bool> isPlain, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(blob);
        ArgumentNullException.ThrowIfNull(pictures);
        var shown = Enumerable.Range(0, pictures.Count).Select(second => Shown(second, pictures.Count, isPlain)).ToList();
        var written = shown.Distinct().ToList();
        var offsets = new Dictionary<int, long>();
        var next = HeaderBytes + ((long)shown.Count * EntryBytes);
        foreach (var picture in written)
        {
            offsets.Add(picture, next);
            next += pictures.BytesOf(picture);
        }
        var head = new byte[HeaderBytes + (shown.Count * EntryBytes)];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), shown.Count);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), shown.Find(second => !isPlain[second]));
        for (var second = 0; second < shown.Count; second++)
        {
            var entry = head.AsSpan(HeaderBytes + (second * EntryBytes), EntryBytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry, offsets[shown[second]]);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], pictures.BytesOf(shown[second]));
        }
        await blob.WriteAsync(head, cancel);
        foreach (var picture in written)
            await pictures.CopyAsync(picture, blob, cancel);
    }

    /// <summary>Opens a pack.</summary>
    /// <param name="blob">Seekable; it is disposed of with the pack.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="InvalidDataException">It is no pack.</exception>
    public static async ValueTask<PicturePack> OpenAsync(Stream blob, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(blob);
        var header = new byte[HeaderBytes];
        await blob.ReadExactlyAsync(header, cancel);
        var (seconds, poster) = (BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)),
            BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)));
        return header.AsSpan().StartsWith(Magic) && seconds > 0 && poster >= 0 && poster < seconds
            ? new(blob, seconds, poster)
            : throw new InvalidDataException("not a pack of pictures");
    }

    /// <summary>The picture of a second.</summary>
    /// <param name="second">0 to <see cref="Seconds"/> − 1.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>A JPEG.</returns>
    /// <exception cref="InvalidDataException">The pack is damaged.</exception>
    public async ValueTask<byte[]> ReadAsync(int second, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(second);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(second, Seconds);
        var entry = new byte[EntryBytes];
        _blob.Position = HeaderBytes + ((long)second * EntryBytes);
        await _blob.ReadExactlyAsync(entry, cancel);
        var (offset, bytes) = (BinaryPrimitives.ReadInt64LittleEndian(entry),
            BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(8)));
        if (bytes is <= 0 or > LargestPicture || offset < 0 || offset > _blob.Length - bytes)
            throw new InvalidDataException("a damaged pack of pictures");
        var jpeg = new byte[bytes];
        _blob.Position = offset;
        await _blob.ReadExactlyAsync(jpeg, cancel);
        return jpeg;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _blob.DisposeAsync();

    /// <summary>The second whose picture a second has: its own, unless it is plain and one close by is not.</summary>
    private static int Shown(int second, int count, IReadOnlyList<bool> isPlain)
    {
        for (var away = 0; away <= Near; away++)
            foreach (var other in (ReadOnlySpan<int>)[second + away, second - away])
                if (other >= 0 && other < count && !isPlain[other])
                    return other;
        return second;
    }
}
