using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace TcMgc.Model.Calibration;

/// <summary>Fits a <see cref="Footage"/> to the frames of videos.</summary>
public static class FootageFit
{
    /// <summary>Part of the mean variance that every direction has at least: few frames leave some without any.</summary>
    private const double Shrinkage = 1e-3;

    private const double Kept = 0.95;

    private const int Folds = 5;

    /// <summary>Fits it, and the limit on videos that each fold leaves out.</summary>
    /// <param name="videos">Unit frame embeddings of each video, rows of D; at least one row each.</param>
    /// <param name="width">D.</param>
    /// <exception cref="ModelException">There are too few videos.</exception>
    public static Footage Fit(IReadOnlyList<float[]> videos, int width)
    {
        if (videos.Count < 2 * Folds)
            throw new ModelException($"{videos.Count} videos are too few to say what footage a model was calibrated on; use at "
                + $"least {2 * Folds}");
        var distances = new List<double>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var others = Gaussian([.. videos.Where((_, video) => video % Folds != fold)], width);
            distances.AddRange(videos.Where((_, video) => video % Folds == fold).Select(video => others.Distance(video)));
        }
        distances.Sort();
        return Gaussian(videos, width) with { Limit = distances[(int)(Kept * (distances.Count - 1))] };
    }

    private static Footage Gaussian(IReadOnlyList<float[]> videos, int d)
    {
        var (mean, frames) = (new double[d], videos.Sum(video => video.Length / d));
        foreach (var frame in Rows(videos, d))
            for (var i = 0; i < d; i++)
                mean[i] += frame.Span[i] / (double)frames;
        var covariance = new double[d, d];
        var centred = new double[d];
        foreach (var frame in Rows(videos, d))
        {
            for (var i = 0; i < d; i++)
                centred[i] = frame.Span[i] - mean[i];
            for (var i = 0; i < d; i++)
                for (var j = 0; j <= i; j++)
                    covariance[i, j] += centred[i] * centred[j] / frames;
        }
        var least = Math.Max(Shrinkage * Enumerable.Range(0, d).Average(i => covariance[i, i]), double.Epsilon);
        for (var i = 0; i < d; i++)
            covariance[i, i] += least;
        return new(Bytes(mean), Bytes(InverseOfRoot(covariance, d)), 1);
    }

    /// <summary>L⁻¹ of the Cholesky factor L of a positive definite matrix, its lower triangle row by row.</summary>
    private static double[] InverseOfRoot(double[,] matrix, int d)
    {
        var root = new double[d, d];
        for (var i = 0; i < d; i++)
            for (var j = 0; j <= i; j++)
            {
                var value = matrix[i, j];
                for (var k = 0; k < j; k++)
                    value -= root[i, k] * root[j, k];
                root[i, j] = i == j ? Math.Sqrt(value) : value / root[j, j];
            }
        var inverse = new double[d, d];
        for (var column = 0; column < d; column++)
            for (var row = column; row < d; row++)
            {
                var value = row == column ? 1.0 : 0.0;
                for (var k = column; k < row; k++)
                    value -= root[row, k] * inverse[k, column];
                inverse[row, column] = value / root[row, row];
            }
        return [.. Enumerable.Range(0, d).SelectMany(row => Enumerable.Range(0, row + 1).Select(column => inverse[row, column]))];
    }

    private static IEnumerable<ReadOnlyMemory<float>> Rows(IReadOnlyList<float[]> videos, int d) =>
        videos.SelectMany(video => Enumerable.Range(0, video.Length / d), (video, row) =>
            (ReadOnlyMemory<float>)video.AsMemory(row * d, d));

    private static byte[] Bytes(double[] values)
    {
        var floats = new float[values.Length];
        TensorPrimitives.ConvertTruncating<double, float>(values, floats);
        return MemoryMarshal.AsBytes<float>(floats).ToArray();
    }
}
