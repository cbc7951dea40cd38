namespace TcMgc.Training.Datasets;

/// <summary>Chooses the frames of a video that a model sees.</summary>
public static class FrameSampling
{
    /// <summary>
    /// Up to <paramref name="chosen"/>.Length frames evenly spaced from the first to the last, as CLIP4Clip's <c>slice_framepos
    /// 2</c>; all frames where there are no more.
    /// </summary>
    /// <param name="count">Frames of the video.</param>
    /// <param name="chosen">Receives the indices of the chosen frames, in ascending order.</param>
    /// <returns>Number of chosen frames.</returns>
    public static int Uniform(int count, Span<int> chosen)
    {
        if (count <= chosen.Length)
        {
            for (var i = 0; i < count; i++)
                chosen[i] = i;
            return count;
        }
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = chosen.Length == 1 ? count / 2 : (int)((long)i * (count - 1) / (chosen.Length - 1));
        return chosen.Length;
    }

    /// <summary>The same number of frames, one at random from each of as many equal stretches.</summary>
    public static int Random(int count, Span<int> chosen, Random random)
    {
        if (count <= chosen.Length)
            return Uniform(count, chosen);
        for (var i = 0; i < chosen.Length; i++)
        {
            var (from, to) = ((int)((long)i * count / chosen.Length), (int)((long)(i + 1) * count / chosen.Length));
            chosen[i] = random.Next(from, to);
        }
        return chosen.Length;
    }
}
