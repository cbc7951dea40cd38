using System.Globalization;
using TcMgc.Media;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>Pictures of videos, kept as blobs once made.</summary>
/// <param name="blobs">Keeps them.</param>
/// <param name="originals">What they are made of.</param>
/// <param name="maker">Makes them.</param>
internal sealed class Pictures(IBlobStore blobs, Originals originals, PictureMaker maker)
{
    private const double Step = 0.1;

    /// <summary>
    /// The picture nearest to a time; times are rounded to tenths of a second, and those beyond the end are the end's.
    /// </summary>
    public ValueTask<MediaResult<byte[]>> ThumbnailAsync(CatalogEntry entry, double time, int width, CancellationToken cancel)
    {
        // Frames are sampled a second apart; the last one may lie up to a second before the end.
        var at = Math.Round(Math.Min(time, Math.Max(0, (entry.Duration ?? 0) - Step)) / Step) * Step;
        var name = string.Create(CultureInfo.InvariantCulture, $"{VideoBlobs.PicturesOf(entry.Id)}{width}-{at:0.0}.jpg");
        return GetAsync(entry, name, path => maker.FrameAsync(path, at, width, cancel), cancel);
    }

    /// <summary>The strip that <see cref="Strip.Of"/> lays out.</summary>
    public ValueTask<MediaResult<byte[]>> PreviewAsync(CatalogEntry entry, CancellationToken cancel) =>
        GetAsync(entry, $"{VideoBlobs.PicturesOf(entry.Id)}preview.jpg",
            path => maker.StripAsync(path, Strip.Of(entry.Duration ?? 0), cancel), cancel);

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
            await blobs.WriteAsync(name, (blob, token) => blob.WriteAsync(jpeg, token), cancel);
        return made;
    }

    private async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel)
    {
        if (await blobs.OpenReadAsync(name, cancel) is not { } blob)
            return null;
        await using var _ = blob;
        var jpeg = new byte[blob.Length];
        await blob.ReadExactlyAsync(jpeg, cancel);
        return jpeg;
    }
}
