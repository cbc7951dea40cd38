namespace TcMgc.Model.Training;

/// <summary>The order in which an epoch goes through the pairs.</summary>
internal static class PairOrder
{
    /// <summary>
    /// All pairs shuffled into batches, none with two captions of one video: they would be contrasted as if they did not match.
    /// What does not fill a batch at the end is left to another epoch's order.
    /// </summary>
    public static IReadOnlyList<int[]> Batches(IReadOnlyList<TrainingPair> pairs, int size, Random random)
    {
        int[] order = [.. Enumerable.Range(0, pairs.Count)];
        random.Shuffle(order);
        var batches = new List<int[]>(pairs.Count / size);
        var (waiting, next) = (new LinkedList<int>(), 0);
        var videos = new HashSet<int>(size);
        while (true)
        {
            var batch = new List<int>(size);
            videos.Clear();
            for (var node = waiting.First; node is not null && batch.Count < size;)
            {
                var following = node.Next;
                if (videos.Add(pairs[node.Value].Video))
                {
                    batch.Add(node.Value);
                    waiting.Remove(node);
                }
                node = following;
            }
            for (; next < order.Length && batch.Count < size; next++)
                if (videos.Add(pairs[order[next]].Video))
                    batch.Add(order[next]);
                else
                    waiting.AddLast(order[next]);
            if (batch.Count < size)
                return batches;
            batches.Add([.. batch]);
        }
    }
}
