using TcMgc.Shared.Catalog;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Everything that a data folder holds, in a form that two of them can be compared by.</summary>
internal static class IndexContents
{
    /// <summary>Segments by id, each with its place and what is scored of it.</summary>
    public static async Task<SortedDictionary<string, (string Place, float[] Values)>> SegmentsAsync(string data)
    {
        using var folder = await DataFolder.OpenExistingAsync(data, TimeProvider.System, CancellationToken.None);
        var segments = new SortedDictionary<string, (string, float[])>(StringComparer.Ordinal);
        if (await folder.Index.GetModelAsync(CancellationToken.None) is not { } model)
            return segments;
        foreach (var totals in await folder.Catalog.TotalsAsync(CancellationToken.None))
            await foreach (var batch in folder.Index.ReadAllAsync(totals.Collection, new(64, model), CancellationToken.None))
                for (var i = 0; i < batch.Count; i++)
                    segments.Add(batch.Places[i].Id.ToString(), (Place(batch.Places[i]), Values(batch, i)));
        return segments;
    }

    public static async Task<List<CatalogEntry>> VideosAsync(string data)
    {
        using var folder = await DataFolder.OpenExistingAsync(data, TimeProvider.System, CancellationToken.None);
        var videos = new List<CatalogEntry>();
        await foreach (var entry in folder.Catalog.ListAsync(CancellationToken.None))
            videos.Add(entry);
        return videos;
    }

    /// <summary>The files with blobs, without pictures and the one that names the log they belong to.</summary>
    public static IEnumerable<string> Blobs(string data) =>
        Directory.EnumerateFiles(Path.Combine(data, "blobs"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "log.id" && !file.Contains("/pictures/", StringComparison.Ordinal));

    public static async Task SameAsync(string expected, string found)
    {
        var (one, other) = (await SegmentsAsync(expected), await SegmentsAsync(found));
        Assert.NotEmpty(one);
        Assert.Equal(one.Select(pair => (pair.Key, pair.Value.Place)), other.Select(pair => (pair.Key, pair.Value.Place)));
        foreach (var (id, (_, values)) in one)
            Assert.Equal(values, other[id].Values, (a, b) => Math.Abs(a - b) < 1e-3f);
        Assert.Equal(
            (await VideosAsync(expected)).Select(Known), (await VideosAsync(found)).Select(Known));

        static object Known(CatalogEntry video) =>
            (video.Name, video.Id, video.Collection, video.State, video.Frames, video.Segments);
    }

    private static string Place(SegmentPlace place) =>
        $"{place.Video} {place.Collection} {place.Index} {place.Start:R}-{place.End:R}: {string.Join(' ', place.FrameTimes)}";

    private static float[] Values(SegmentBatch batch, int at) =>
    [
        .. batch.Vectors.AsSpan(at * batch.Dimensions, batch.Dimensions),
        .. batch.Features.Skip(at * batch.FramesEach * batch.Dimensions).Take(batch.FramesEach * batch.Dimensions)
            .Select(half => (float)half),
    ];
}
