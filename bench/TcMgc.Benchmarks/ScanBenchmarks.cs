using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Benchmarks;

/// <summary>The exact scan for candidates, 512 numbers a segment, beside a copy of the memory that it reads.</summary>
public class ScanBenchmarks
{
    private const int Width = 512, Candidates = 100, Directions = 4096, PerVideo = 20;

    private MatrixSnapshot _segments = null!;
    private float[] _query = [];
    private byte[] _source = [], _target = [];

    /// <summary>Segments in memory: 2.6 KB each.</summary>
    [Params(100_000, 1_000_000)]
    public int Segments { get; set; }

    /// <summary>Fills the matrix with segments that are alike as those of films: sums of a few directions.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        float[][] directions = [.. Enumerable.Range(0, Directions).Select(_ => Direction(random))];
        var (matrix, row) = (new SegmentMatrix(Width, 12, Held.Text), new float[Width]);
        for (var at = 0; at < Segments; at += PerVideo)
        {
            var (video, ofVideo) = (new VideoId(Guid.NewGuid()), directions[random.Next(Directions)]);
            for (var index = 0; index < PerVideo; index++)
            {
                Sum(row, (directions[0], 0.18f), (ofVideo, 0.55f), (directions[random.Next(Directions)], 0.27f));
                matrix.Add(CollectionId.Default, new(new(Guid.NewGuid()), video, []), row, row, []);
            }
        }
        _segments = matrix.Snapshot();
        Sum(_query = new float[Width], (directions[1], 0.5f), (directions[2], 0.5f));
        (_source, _target) = (new byte[Segments * Width], new byte[Segments * Width]);
        random.NextBytes(_source); // Pages that were never written are all the same one.
    }

    /// <summary>The nearest 100.</summary>
    [Benchmark]
    public int Scan() =>
        _segments.Nearest(CollectionId.Default, VectorSpace.Text, _query, Candidates, default).Sorted().Length;

    /// <summary>As many bytes as there are codes, copied by all cores: each is read and written.</summary>
    [Benchmark(Baseline = true)]
    public void Copy() => Parallel.For(0, Segments / 1000, part =>
        _source.AsSpan(part * 1000 * Width, 1000 * Width).CopyTo(_target.AsSpan(part * 1000 * Width)));

    private static float[] Direction(Random random)
    {
        // About ten directions matter most, as in footage.
        float[] direction = [.. Enumerable.Range(0, Width).Select(at =>
            (float)(Math.Pow(0.82, at / 2.0) * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)))];
        TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction), direction);
        return direction;
    }

    private static void Sum(float[] row, params ReadOnlySpan<(float[] Direction, float Share)> parts)
    {
        row.AsSpan().Clear();
        foreach (var (direction, share) in parts)
            TensorPrimitives.MultiplyAdd(direction, MathF.Sqrt(share), row, row);
        TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
    }
}
