using TcMgc.Model;

namespace TcMgc.Training.Evaluation;

/// <summary>Scores of every query with every video: Q × V.</summary>
public sealed class SimilarityMatrix
{
    /// <summary>Stands for the right video of a query that was written for none.</summary>
    public const int NoVideo = -1;

    private readonly float[] _scores;

    /// <summary>A matrix of zeros.</summary>
    /// <param name="rightVideos">For each query the video that it was written for, 0 … V − 1, or <see cref="NoVideo"/>.</param>
    /// <param name="videos">V.</param>
    /// <exception cref="ModelException">There are more pairs than fit into memory, 2³¹.</exception>
    public SimilarityMatrix(IReadOnlyList<int> rightVideos, int videos)
    {
        if ((long)rightVideos.Count * videos > Array.MaxLength)
            throw new ModelException(
                $"{rightVideos.Count:N0} captions of {videos:N0} videos are more pairs than can be evaluated at once; evaluate "
                    + "on a part of them");
        (RightVideos, Videos, _scores) = (rightVideos, videos, new float[rightVideos.Count * videos]);
    }

    /// <summary>For each query the video that it was written for.</summary>
    public IReadOnlyList<int> RightVideos { get; }

    /// <summary>Q.</summary>
    public int Queries => RightVideos.Count;

    /// <summary>V.</summary>
    public int Videos { get; }

    /// <summary>A query's scores with all videos, V.</summary>
    public Span<float> this[int query] => _scores.AsSpan(query * Videos, Videos);
}
