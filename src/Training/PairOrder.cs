namespace TcMgc.Training;

/// <summary>The order in which an epoch goes through the pairs.</summary>
internal static class PairOrder
{
    /// <summary>
    /// All pairs shuffled into batches of some captions of each of <paramref name="videos"/> videos: all first captions, then all
    /// second ones. No video is in a batch twice: its captions would be contrasted as if they did not match. What does not fill a
    /// batch at the end is left to another epoch's order.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="videos">B: videos of a batch.</param>
    /// <param name="captions">K: captions of each; a video that has fewer says some again.</param>
    /// <param name="random">The epoch's dice.</param>
    public static IReadOnlyList<int[]> Batches(IReadOnlyList<TrainingPair> pairs, int videos, int captions, Random random)
    {
        var groups = Groups(pairs, captions, random);
        random.Shuffle(groups);
        var batches = new List<int[]>(groups.Length / videos);
        var (waiting, next) = (new LinkedList<int[]>(), 0);
        var taken = new HashSet<int>(videos);
        while (true)
        {
            var batch = new List<int[]>(videos);
            taken.Clear();
            for (var node = waiting.First; node is not null && batch.Count < videos;)
            {
                var following = node.Next;
                if (taken.Add(VideoOf(node.Value)))
                {
                    batch.Add(node.Value);
                    waiting.Remove(node);
                }
                node = following;
            }
            for (; next < groups.Length && batch.Count < videos; next++)
                if (taken.Add(VideoOf(groups[next])))
                    batch.Add(groups[next]);
                else
                    waiting.AddLast(groups[next]);
            if (batch.Count < videos)
                return batches;
            batches.Add([.. Enumerable.Range(0, captions).SelectMany(round => batch.Select(group => group[round]))]);
        }

        int VideoOf(int[] group) => pairs[group[0]].Video;
    }

    /// <summary>The pairs of each video, shuffled, in groups of K.</summary>
    private static int[][] Groups(IReadOnlyList<TrainingPair> pairs, int captions, Random random)
    {
        var groups = new List<int[]>(pairs.Count / captions);
        foreach (var video in Enumerable.Range(0, pairs.Count).GroupBy(index => pairs[index].Video))
        {
            int[] own = [.. video];
            random.Shuffle(own);
            groups.AddRange(own.Chunk(captions).Where(group => group.Length == captions));
            if (own.Length < captions)
                groups.Add([.. Enumerable.Range(0, captions).Select(i => own[i % own.Length])]);
        }
        return [.. groups];
    }
}
