using System.Globalization;
using TcMgc.Media;
using TcMgc.Search.Query;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>
/// Pictures of videos in a few widths, kept as blobs once made. Those unused for longest go, so that all together take no more
/// than <see cref="SearchOptions.PictureCacheBytes"/>; each process counts those that it found at first and those that it made.
/// </summary>
/// <param name="blobs">Keeps them.</param>
/// <param name="originals">What they are made of.</param>
/// <param name="maker">Makes them.</param>
/// <param name="options">Says how much they take.</param>
internal sealed class Pictures(IBlobStore blobs, Originals originals, PictureMaker maker, SearchOptions options) : IDisposable
{
    private const double Step = 0.1;

    /// <summary>Widths in pixels, in rising order.</summary>
    private static readonly int[] s_widths = [160, 320, 640, 1280, 1920];

    private readonly RecentlyUsed<string, long> _kept = new(options.PictureCacheBytes, bytes => bytes);
    private readonly SemaphoreSlim _counting = new(1);
    private bool _isCounted;

    /// <summary>
    /// The picture nearest to a time; times are rounded to tenths of a second, and those beyond the end are the end's.
    /// </summary>
    /// <param name="entry">The video.</param>
    /// <param name="time">Seconds from the start.</param>
    /// <param name="width">Least width in pixels, up to 1920; the picture has the next of a few widths.</param>
    /// <param name="cancel">Gives up.</param>
    public ValueTask<MediaResult<byte[]>> ThumbnailAsync(CatalogEntry entry, double time, int width, CancellationToken cancel)
    {
        // Frames are sampled a second apart; the last one may lie up to a second before the end.
        var at = Math.Round(Math.Min(time, Math.Max(0, (entry.Duration ?? 0) - Step)) / Step) * Step;
        var made = s_widths.First(one => one >= width);
        var name = string.Create(CultureInfo.InvariantCulture, $"{VideoBlobs.PicturesOf(entry.Id)}{made}-{at:0.0}.jpg");
        return GetAsync(entry, name, path => maker.FrameAsync(path, at, made, cancel), cancel);
    }

    /// <summary>The strip that <see cref="Strip.Of"/> lays out.</summary>
    public ValueTask<MediaResult<byte[]>> PreviewAsync(CatalogEntry entry, CancellationToken cancel) =>
        GetAsync(entry, $"{VideoBlobs.PicturesOf(entry.Id)}preview.jpg",
            path => maker.StripAsync(path, Strip.Of(entry.Duration ?? 0), cancel), cancel);

    public void Dispose() => _counting.Dispose();

    private async ValueTask<MediaResult<byte[]>> GetAsync(
        CatalogEntry entry, string name, Func<string, ValueTask<MediaResult<byte[]>>> make, CancellationToken cancel)
    {
        var kept = await ReadAsync(name, cancel);
        SearchTelemetry.Cached("pictures", kept is null ? 0 : 1, kept is null ? 1 : 0);
        return kept is not null ? kept : await originals.InTurnAsync(entry, open => MakeAsync(name, open, make, cancel), cancel);
    }

    private async ValueTask<MediaResult<byte[]>> MakeAsync(string name, Func<ValueTask<OriginalFile>> open,
        Func<string, ValueTask<MediaResult<byte[]>>> make, CancellationToken cancel)
    {
        if (await ReadAsync(name, cancel) is { } madeMeanwhile)
            return madeMeanwhile;
        var original = await open();
        if (original.Reason is { } gone)
            return MediaResult.Refused<byte[]>(gone);
        var made = await make(original.Path);
        if (made.Value is { } jpeg)
            await KeepAsync(name, jpeg, cancel);
        return made;
    }

    private async ValueTask KeepAsync(string name, byte[] jpeg, CancellationToken cancel)
    {
        await CountAsync(cancel);
        await blobs.WriteAsync(name, (blob, token) => blob.WriteAsync(jpeg, token), cancel);
        await DeleteAsync(_kept.Add(name, jpeg.Length), cancel);
    }

    /// <summary>Counts, once, the pictures that earlier processes made; the newest ones count as used last.</summary>
    private async ValueTask CountAsync(CancellationToken cancel)
    {
        await _counting.WaitAsync(cancel);
        try
        {
            if (_isCounted)
                return;
            var found = await blobs.ListAsync(VideoBlobs.Pictures, cancel).ToListAsync(cancel);
            foreach (var picture in found.OrderBy(blob => blob.Written))
                await DeleteAsync(_kept.Add(picture.Name, picture.Bytes), cancel);
            _isCounted = true;
        }
        finally
        {
            _counting.Release();
        }
    }

    private async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        foreach (var name in names)
            await blobs.DeleteAsync(name, cancel);
    }

    private async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel)
    {
        if (await blobs.OpenReadAsync(name, cancel) is not { } blob)
            return null;
        await using (blob)
        {
            var jpeg = new byte[blob.Length];
            await blob.ReadExactlyAsync(jpeg, cancel);
            _kept.TryGet(name, out _);
            return jpeg;
        }
    }
}
