using TcMgc.Shared;

namespace TcMgc.Search;

/// <summary>
/// The first stage: the nearest matches whose videos are shown. Where hidden videos or a few long ones leave too little, it
/// looks further.
/// </summary>
/// <param name="shown">Says which videos are shown.</param>
/// <param name="wanted">K: matches to return.</param>
/// <param name="videos">Videos that they should be of; for a video beyond K matches, its nearest one is added.</param>
internal sealed class Candidates(ShownVideos shown, int wanted, int videos)
{
    // How much further than K to look for more videos alone: what lies there is rarely an answer.
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
            var (taken, seen) = await TakeAsync(matches, videoOf, cancel);
            var enough = taken.Count >= wanted && (seen >= videos || count >= FurthestForVideos * wanted);
            if (enough || matches.Count < count)
                return taken;
        }
    }

    private async ValueTask<(List<T> Taken, int Videos)> TakeAsync<T>(IReadOnlyList<T> matches, Func<T, VideoId> videoOf, CancellationToken cancel)
    {
        var taken = new List<T>(wanted + videos);
        var seen = new HashSet<VideoId>();
        foreach (var match in matches)
        {
            var video = videoOf(match);
            var adds = taken.Count < wanted || (seen.Count < videos && !seen.Contains(video));
            if (adds && await shown.FindAsync(video, cancel) is not null)
            {
                taken.Add(match);
                seen.Add(video);
            }
        }
        return (taken, seen.Count);
    }
}
