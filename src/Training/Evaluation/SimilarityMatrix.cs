using TcMgc.Model;

namespace TcMgc.Training.Evaluation;

/// <summary>Scores of every query with every video: Q × V.</summary>
public sealed class SimilarityMatrix
{
    /// <summary>The right video of a query that has none.</summary>
    public const int NoVideo = -1;

    private readonly float[] _scores;

    /// <summary>A matrix of zeros.</summary>
    /// <param name="rightVideos">Each query's right video, 0 … V − 1, or <see cref="NoVideo"/>.</param>
    /// <param name="videos">V: number of videos.</param>
    /// <exception cref="ModelException">There are 2³¹ pairs or more.</exception>
    public SimilarityMatrix(IReadOnlyList<int> rightVideos, int videos)
    {
        if ((long)rightVideos.Count * videos > Array.MaxLength)
            throw new ModelException(
                $"{rightVideos.Count:N0} captions of {videos:N0} videos are more pairs than can be evaluated at once; evaluate "
                    + "on a part of them");
        RightVideos = rightVideos;
        Videos = videos;
        _scores = new float[rightVideos.Count * videos];
    }

    /// <summary>Each query's right video, 0 … V − 1, or <see cref="NoVideo"/>.</summary>
    public IReadOnlyList<int> RightVideos { get; }

    /// <summary>Q: number of queries.</summary>
    public int Queries => RightVideos.Count;

    /// <summary>V: number of videos.</summary>
    public int Videos { get; }

    /// <summary>A query's scores with all videos, V.</summary>
    public Span<float> this[int query] => _scores.AsSpan(query * Videos, Videos);
}
