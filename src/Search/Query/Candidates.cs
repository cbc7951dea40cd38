using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>
/// The first stage: the nearest matches whose videos are shown. Where hidden videos, or a few videos of many segments, leave too
/// few, it asks the index for more.
/// </summary>
/// <param name="shown">Says which videos are shown.</param>
/// <param name="wanted">K: matches to return.</param>
/// <param name="videos">Videos that they should be of; for a video beyond K matches, its nearest one is added.</param>
internal sealed class Candidates(ShownVideos shown, int wanted, int videos)
{
    // How much further than what is wanted to look for more videos alone: what lies there is rarely an answer.
    private const int FurthestForVideos = 8;

    /// <summary>At most K matches, and one for each video that is wanted beyond, nearest first.</summary>
    /// <param name="nearest">The nearest matches of the index, at most as many as asked for.</param>
    /// <param name="videoOf">A match's video.</param>
    /// <param name="cancel">Stops the search.</param>
    public async ValueTask<List<T>> FindAsync<T>(
        Func<int, ValueTask<IReadOnlyList<T>>> nearest, Func<T, VideoId> videoOf, CancellationToken cancel)
    {
        for (var count = wanted; ; count = (int)Math.Min(2L * count, Array.MaxLength))
        {
            var matches = await nearest(count);
            var (kept, seen) = await KeepShownAsync(matches, videoOf, cancel);
            var enough = kept.Count >= wanted && (seen >= videos || count >= FurthestForVideos * Math.Max(wanted, videos));
            if (enough || matches.Count < count)
                return kept;
        }
    }

    private async ValueTask<(List<T> Kept, int Videos)> KeepShownAsync<T>(
        IReadOnlyList<T> matches, Func<T, VideoId> videoOf, CancellationToken cancel)
    {
        var kept = new List<T>(wanted + videos);
        var seen = new HashSet<VideoId>();
        foreach (var match in matches)
        {
            var video = videoOf(match);
            var adds = kept.Count < wanted || (seen.Count < videos && !seen.Contains(video));
            if (adds && await shown.FindAsync(video, cancel) is not null)
            {
                kept.Add(match);
                seen.Add(video);
            }
        }
        return (kept, seen.Count);
    }
}
