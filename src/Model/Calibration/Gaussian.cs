using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace TcMgc.Model.Calibration;

/// <summary>A normal distribution of embeddings.</summary>
/// <param name="Mean">D floats, little-endian.</param>
/// <param name="Whitening">
/// D (D + 1) / 2 floats: the lower triangle, row by row, of the matrix that makes the covariance the unit matrix.
/// </param>
public sealed record Gaussian(byte[] Mean, byte[] Whitening)
{
    /// <summary>D: width of an embedding.</summary>
    [JsonIgnore]
    public int Width => Mean.Length / sizeof(float);

    /// <summary>The squared Mahalanobis distance of a point from the mean, by D: 1 on average for its own points.</summary>
    /// <param name="point">D values.</param>
    public double Distance(ReadOnlySpan<float> point)
    {
        var centred = new float[Width];
        TensorPrimitives.Subtract(point, MemoryMarshal.Cast<byte, float>(Mean), centred);
        var rows = MemoryMarshal.Cast<byte, float>(Whitening);
        var sum = 0.0;
        for (int row = 0, at = 0; row < Width; at += ++row)
        {
            var value = TensorPrimitives.Dot<float>(rows.Slice(at, row + 1), centred.AsSpan(0, row + 1));
            sum += value * value;
        }
        return sum / Width;
    }

    /// <summary>Fits it to points.</summary>
    /// <param name="points">Rows of D.</param>
    /// <param name="shrinkage">
    /// Part of the mean variance that is added to the variance of each direction: few points leave some without any.
    /// </param>
    internal static Gaussian Fit(IReadOnlyList<ReadOnlyMemory<float>> points, double shrinkage)
    {
        var d = points[0].Length;
        var mean = new double[d];
        foreach (var point in points)
            for (var i = 0; i < d; i++)
                mean[i] += point.Span[i] / (double)points.Count;
        var covariance = new double[d, d];
        var centred = new double[d];
        foreach (var point in points)
        {
            for (var i = 0; i < d; i++)
                centred[i] = point.Span[i] - mean[i];
            for (var i = 0; i < d; i++)
                for (var j = 0; j <= i; j++)
                    covariance[i, j] += centred[i] * centred[j] / points.Count;
        }
        var least = Math.Max(shrinkage * Enumerable.Range(0, d).Average(i => covariance[i, i]), double.Epsilon);
        for (var i = 0; i < d; i++)
            covariance[i, i] += least;
        return new(Bytes(mean), Bytes(InverseOfRoot(covariance, d)));
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

    private static byte[] Bytes(double[] values)
    {
        var floats = new float[values.Length];
        TensorPrimitives.ConvertTruncating<double, float>(values, floats);
        return MemoryMarshal.AsBytes<float>(floats).ToArray();
    }

    /// <summary>Why it cannot be one; null where it can.</summary>
    internal string? Reason =>
        Mean.Length % sizeof(float) != 0 || Width == 0
            || Whitening.Length != (long)Width * (Width + 1) / 2 * sizeof(float) ? "its statistics of footage have the wrong size"
        : !float.IsFinite(TensorPrimitives.SumOfMagnitudes(MemoryMarshal.Cast<byte, float>(Whitening)))
            || !float.IsFinite(TensorPrimitives.SumOfMagnitudes(MemoryMarshal.Cast<byte, float>(Mean)))
            ? "its statistics of footage cannot be" : null;
}
