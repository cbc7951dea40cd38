using TcMgc.Shared.Vectors;

namespace TcMgc.Shared.Tests.Vectors;

public sealed class SegmentMatrixTests
{
    private const int Dimensions = 64, Rows = 40_000; // Several blocks, and beyond the threshold from which a scan is split.

    [Fact]
    public void A_scan_split_over_cores_finds_the_same_as_one_that_is_not()
    {
        var (matrix, random, query) = (new SegmentMatrix(Dimensions, 1, withFrames: true), new Random(1), new float[Dimensions]);
        var all = new float[Rows * Dimensions];
        for (var i = 0; i < all.Length; i++)
            all[i] = random.NextSingle() - 0.5f;
        for (var i = 0; i < Dimensions; i++)
            query[i] = random.NextSingle() - 0.5f;
        for (var row = 0; row < Rows; row++)
        {
            var vector = all.AsSpan(row * Dimensions, Dimensions);
            matrix.Add(new(default, SampleSegments.Video(row), [row]), vector, vector, SampleSegments.Halves(vector.ToArray()));
        }

        var expected = Enumerable.Range(0, Rows).OrderByDescending(row => Dot(query, all, row)).Take(10).ToArray();

        Assert.Equal(expected, Videos(matrix, matrix.Nearest(VectorSpace.Text, query, 10, CancellationToken.None)));
        Assert.Equal(expected[0], Videos(matrix, matrix.NearestFrames(query, 10, CancellationToken.None))[0]);
        matrix.Remove(SampleSegments.Video(expected[0]));
        Assert.Equal(expected[1..], Videos(matrix, matrix.Nearest(VectorSpace.Image, query, 9, CancellationToken.None)));
    }

    [Fact]
    public void A_scan_that_is_cancelled_stops()
    {
        var matrix = new SegmentMatrix(Dimensions, 1, withFrames: false);
        for (var row = 0; row < Rows; row++)
            matrix.Add(default, new float[Dimensions], new float[Dimensions], []);

        Assert.ThrowsAny<OperationCanceledException>(() => matrix.Nearest(VectorSpace.Text, new float[Dimensions], 1, new(canceled: true)));
    }

    private static int[] Videos(SegmentMatrix matrix, BestRows best) =>
        Array.ConvertAll(best.Sorted().ToArray(), kept => (int)matrix.Owner(kept.Row).Times[0]);

    private static float Dot(float[] query, float[] all, int row)
    {
        var sum = 0f;
        for (var i = 0; i < query.Length; i++)
            sum += query[i] * all[row * query.Length + i];
        return sum;
    }
}
