using TcMgc.Client;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Query;

/// <summary>The videos whose title, file name or tags have the words of a query.</summary>
internal sealed class NamedVideos(ICatalog catalog, CollectionId collection, ShownVideos shown)
{
    private const int MostVideos = 50, MostSegmentsEach = 16;

    /// <summary>Finds them, by video.</summary>
    public async ValueTask<Dictionary<VideoId, NamedVideo>> FindAsync(IEnumerable<string> texts, CancellationToken cancel)
    {
        var found = new Dictionary<VideoId, NamedVideo>();
        foreach (var match in await catalog.FindNamedAsync(collection, texts, MostVideos, cancel))
            if (await shown.FindAsync(match.Video, cancel) is { Segments: > 0 })
                found.Add(match.Video, new(found.Count + 1, match.Share, match.IsExact, [.. match.Texts.Select(Matched)]));
        return found;
    }

    /// <summary>Segments of a named video to score, at equal distances where it has many.</summary>
    /// <param name="count">Segments that the video has.</param>
    public static IEnumerable<int> SegmentsOf(int count)
    {
        var some = Math.Min(count, MostSegmentsEach);
        return Enumerable.Range(0, some).Select(at => (int)((long)at * count / some));
    }

    private static MatchedText Matched(NamedText text) =>
        new(text.Text, [.. text.Words.Select(word => new Client.TextSpan(word.Start, word.Length))]);
}

/// <summary>A video whose title, file name or tags have words of a query.</summary>
/// <param name="Rank">Its place among them, from 1.</param>
/// <param name="Share">How much of the query's words they have, at most 1.</param>
/// <param name="IsExact">Whether it is called what the query says and no more.</param>
/// <param name="Texts">The texts that have them.</param>
internal sealed record NamedVideo(int Rank, double Share, bool IsExact, IReadOnlyList<MatchedText> Texts);
