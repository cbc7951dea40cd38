using System.Globalization;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>
/// Pictures of videos: the small ones of each second, which decoding wrote; others in a few widths, kept as blobs once made. All
/// together take no more than <see cref="SearchOptions.PictureCacheBytes"/>; what is needed again after it has gone is made then.
/// </summary>
/// <param name="blobs">Keeps them.</param>
/// <param name="originals">What they are made of.</param>
/// <param name="maker">Makes them.</param>
/// <param name="options">Says how much they take.</param>
internal sealed class Pictures(IBlobStore blobs, Originals originals, PictureMaker maker, SearchOptions options) : IDisposable
{
    private const double Step = 0.1;

    /// <summary>Widths in pixels, in rising order.</summary>
    private static readonly int[] s_widths = [160, PicturePack.Width, 640, 1280, 1920];

    private readonly KeptBlobs _kept = new(blobs, VideoBlobs.Pictures, options.PictureCacheBytes);

    /// <summary>
    /// The picture at a time. A small one is that of the second, where decoding wrote it. Others are rounded to tenths of a
    /// second. Times beyond the end are the end's.
    /// </summary>
    /// <param name="entry">The video.</param>
    /// <param name="time">Seconds from the start; null: the time whose picture stands for the whole video.</param>
    /// <param name="width">Least width in pixels, up to 1920; the picture has the next of a few widths.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<MediaResult<byte[]>> ThumbnailAsync(
        CatalogEntry entry, double? time, int width, CancellationToken cancel)
    {
        if ((width <= PicturePack.Width || time is null) && await OfSecondAsync(entry, time, cancel) is { } small)
        {
            if (width <= PicturePack.Width)
                return small.Jpeg;
            time = small.Second;
        }
        var wanted = time ?? (entry.Duration ?? 0) / 2;
        // Frames are sampled a second apart; the last one may lie up to a second before the end.
        var at = Math.Round(Math.Min(wanted, Math.Max(0, (entry.Duration ?? 0) - Step)) / Step) * Step;
        var made = s_widths.First(one => one >= width);
        var name = string.Create(CultureInfo.InvariantCulture, $"{VideoBlobs.PicturesOf(entry.Id)}{made}-{at:0.0}.jpg");
        return await GetAsync(entry, name, path => maker.FrameAsync(path, at, made, cancel), cancel);
    }

    /// <summary>The strip that <see cref="Strip.Of"/> lays out.</summary>
    public ValueTask<MediaResult<byte[]>> PreviewAsync(CatalogEntry entry, CancellationToken cancel) =>
        GetAsync(entry, VideoBlobs.StripOf(entry.Id),
            path => maker.StripAsync(path, Strip.Of(entry.Duration ?? 0), cancel), cancel);

    /// <summary>Counts what decoding wrote, of each video that is decoded while this runs.</summary>
    /// <param name="changes">Says which videos have changed.</param>
    /// <param name="catalog">Says how.</param>
    /// <param name="stop">Ends it.</param>
    public async Task FollowAsync(CatalogChanges changes, ICatalog catalog, CancellationToken stop)
    {
        using var listener = changes.Listen();
        while (await listener.NextAsync(stop) is { } change)
            if (change.Stage is null
                && await catalog.GetAsync(change.Video, stop) is { State: VideoState.Decoded or VideoState.Indexed })
                await CountAsync(change.Video, stop);
    }

    public void Dispose() => _kept.Dispose();

    private async ValueTask CountAsync(VideoId video, CancellationToken cancel)
    {
        try
        {
            foreach (var name in new[] { VideoBlobs.SecondsOf(video), VideoBlobs.StripOf(video) })
                if (await blobs.FindAsync(name, cancel) is { } written)
                    await _kept.AddAsync(name, written.Bytes, cancel);
        }
        catch (StoreUnavailableException)
        {
            // The store is away: they are counted when the next process starts.
        }
    }

    /// <summary>The small picture of a second, and the second; null where decoding wrote none, or it has gone since.</summary>
    private async ValueTask<(byte[] Jpeg, int Second)?> OfSecondAsync(CatalogEntry entry, double? time, CancellationToken cancel)
    {
        var name = VideoBlobs.SecondsOf(entry.Id);
        if (await blobs.OpenReadAsync(name, cancel) is not { } blob)
            return null;
        try
        {
            await using var pack = await PicturePack.OpenAsync(blob, cancel);
            var second = time is { } at ? (int)Math.Min(at, pack.Seconds - 1) : pack.Poster;
            var jpeg = await pack.ReadAsync(second, cancel);
            _kept.Touch(name);
            SearchTelemetry.Cached("pictures", 1, 0);
            return (jpeg, second);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            await blobs.DeleteAsync(name, cancel); // Pictures are made one by one then.
            return null;
        }
    }

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
        {
            await blobs.WriteAsync(name, (blob, token) => blob.WriteAsync(jpeg, token), cancel);
            await _kept.AddAsync(name, jpeg.Length, cancel);
        }
        return made;
    }

    private async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel)
    {
        if (await blobs.OpenReadAsync(name, cancel) is not { } blob)
            return null;
        await using (blob)
        {
            var jpeg = new byte[blob.Length];
            await blob.ReadExactlyAsync(jpeg, cancel);
            _kept.Touch(name);
            return jpeg;
        }
    }
}
