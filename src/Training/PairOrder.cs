namespace TcMgc.Training;

/// <summary>The order of the pairs in an epoch.</summary>
internal static class PairOrder
{
    /// <summary>
    /// All pairs shuffled into batches of some captions of each of <paramref name="videos"/> videos: all first captions, then all
    /// second ones. No video is in a batch twice: its captions would be contrasted as if they did not match. Pairs that do not
    /// fill a batch at the end are left out of this epoch.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="videos">B: videos of a batch.</param>
    /// <param name="captions">K: captions of each video; a video with fewer repeats some.</param>
    /// <param name="random">Random numbers of the epoch.</param>
    public static IReadOnlyList<int[]> Batches(IReadOnlyList<TrainingPair> pairs, int videos, int captions, Random random)
    {
        var groups = Groups(pairs, captions, random);
        random.Shuffle(groups);
        var batches = new List<int[]>(groups.Length / videos);
        var (waiting, next) = (new LinkedList<int[]>(), 0);
        var used = new HashSet<int>(videos);
        while (true)
        {
            var batch = new List<int[]>(videos);
            used.Clear();
            for (var node = waiting.First; node is not null && batch.Count < videos;)
            {
                var following = node.Next;
                if (used.Add(VideoOf(node.Value)))
                {
                    batch.Add(node.Value);
                    waiting.Remove(node);
                }
                node = following;
            }
            for (; next < groups.Length && batch.Count < videos; next++)
                if (used.Add(VideoOf(groups[next])))
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
