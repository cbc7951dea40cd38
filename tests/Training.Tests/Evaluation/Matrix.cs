using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

/// <summary>Creates similarity matrices from literals.</summary>
internal static class Matrix
{
    public static SimilarityMatrix Of(int[] rightVideos, params float[][] rows)
    {
        var matrix = new SimilarityMatrix(rightVideos, rows[0].Length);
        foreach (var (query, row) in rows.Index())
            row.CopyTo(matrix[query]);
        return matrix;
    }

    public static float[][] Rows(this SimilarityMatrix matrix) =>
        [.. Enumerable.Range(0, matrix.Queries).Select(query => matrix[query].ToArray())];
}
