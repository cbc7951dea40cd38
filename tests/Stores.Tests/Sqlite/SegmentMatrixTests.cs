using System.Numerics.Tensors;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class SegmentMatrixTests
{
    private const int Dimensions = 64, Rows = 150_000; // Several blocks, and beyond the threshold from which a scan is split.

    [Fact]
    public void A_scan_split_over_cores_finds_the_same_as_one_that_is_not()
    {
        var (matrix, random, query) = (new SegmentMatrix(Dimensions, 1, Held.Text | Held.Image | Held.Frames), new Random(1),
            new float[Dimensions]);
        var all = new float[Rows * Dimensions];
        for (var i = 0; i < all.Length; i++)
            all[i] = random.NextSingle() - 0.5f;
        for (var i = 0; i < Dimensions; i++)
            query[i] = random.NextSingle() - 0.5f;
        for (var row = 0; row < Rows; row++)
        {
            var vector = all.AsSpan(row * Dimensions, Dimensions);
            matrix.Add(default, new(default, SampleSegments.Video(row), [row]), vector, vector,
                SampleSegments.Halves(vector.ToArray()));
        }

        var expected = Enumerable.Range(0, Rows).OrderByDescending(row => Dot(query, all, row)).Take(10).ToArray();

        var whole = matrix.Snapshot();
        Assert.Equal(expected, Videos(whole, whole.Nearest(default, VectorSpace.Text, query, 10, CancellationToken.None)));
        Assert.Equal(expected[0], Videos(whole, whole.NearestFrames(CollectionId.Default, query, 10, CancellationToken.None))[0]);
        matrix.Remove(SampleSegments.Video(expected[0]));
        var without = matrix.Snapshot();
        Assert.Equal(expected[1..], Videos(
            without, without.Nearest(default, VectorSpace.Image, query, 9, CancellationToken.None)));
    }

    [Fact]
    public void A_scan_that_is_cancelled_stops()
    {
        var matrix = new SegmentMatrix(Dimensions, 1, Held.Text);
        for (var row = 0; row < Rows; row++)
            matrix.Add(CollectionId.Default, default, new float[Dimensions], new float[Dimensions], []);

        Assert.ThrowsAny<OperationCanceledException>(() =>
            matrix.Snapshot().Nearest(CollectionId.Default, VectorSpace.Text, new float[Dimensions], 1, new(canceled: true)));
    }

    [Fact]
    public void What_a_row_is_at_most_never_hides_one_of_the_best() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        // Clusters of near copies: many rows that the codes cannot tell apart.
        var random = new Random(seed);
        var (dimensions, count) = (1 + random.Next(200), 1 + random.Next(20));
        float[][] centres = [.. Enumerable.Range(0, 3).Select(_ => Values(random, dimensions, 1))];
        float[][] rows = [.. Enumerable.Range(0, 500).Select(row => Sum(centres[row % 3], Values(random, dimensions, 0.01f)))];
        var (matrix, query) = (new SegmentMatrix(dimensions, 1, Held.Text), Values(random, dimensions, 1));
        for (var row = 0; row < rows.Length; row++)
            matrix.Add(CollectionId.Default, new(default, default, [row]), rows[row], [], []);

        Assert.Equal(
            Enumerable.Range(0, rows.Length).Select(row => (Score: TensorPrimitives.Dot<float>(query, rows[row]), Row: row))
                .OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Row).Take(count).Select(pair => pair.Score),
            matrix.Snapshot().Nearest(default, VectorSpace.Text, query, count, CancellationToken.None).Sorted().ToArray()
                .Select(kept =>
                kept.Score));
    }).QuickCheckThrowOnFailure();

    private static float[] Values(Random random, int count, float scale) =>
        [.. Enumerable.Range(0, count).Select(_ => scale * (random.NextSingle() - 0.5f))];

    private static float[] Sum(float[] one, float[] other) => [.. one.Zip(other, (a, b) => a + b)];

    [Fact]
    public void A_search_under_way_sees_nothing_of_what_changes_meanwhile()
    {
        var matrix = Filled(videos: 3, rowsEach: 2);
        var before = matrix.Snapshot();
        matrix.Remove(SampleSegments.Video(1));
        Add(matrix, video: 1, rows: 3);
        Add(matrix, video: 7, rows: 1);
        var after = matrix.Snapshot();

        Assert.Equal([0, 0, 1, 1, 2, 2], VideosIn(before));
        Assert.Equal([0, 0, 1, 1, 1, 2, 2, 7], VideosIn(after));
    }

    [Fact]
    public void The_change_of_a_video_copies_no_other_rows()
    {
        var matrix = Filled(videos: 100, rowsEach: 20);
        var before = matrix.Snapshot();
        matrix.Remove(SampleSegments.Video(50));
        Add(matrix, video: 50, rows: 20);

        Assert.Equal(before.Blocks, matrix.Snapshot().Blocks);
    }

    [Fact]
    public void Rows_that_are_removed_again_and_again_give_their_memory_back()
    {
        var matrix = Filled(videos: 3, rowsEach: 2);
        var kept = matrix.Snapshot();
        for (var change = 0; change < 20_000; change++)
        {
            matrix.Remove(SampleSegments.Video(1));
            Add(matrix, video: 1, rows: 2);
        }

        Assert.InRange(matrix.Snapshot().Blocks.Count, 1, 3);
        Assert.Equal([0, 0, 1, 1, 2, 2], VideosIn(matrix.Snapshot()));
        Assert.Equal([0, 0, 1, 1, 2, 2], VideosIn(kept));
    }

    private static SegmentMatrix Filled(int videos, int rowsEach)
    {
        var matrix = new SegmentMatrix(Dimensions, 1, Held.Text);
        for (var video = 0; video < videos; video++)
            Add(matrix, video, rowsEach);
        return matrix;
    }

    private static void Add(SegmentMatrix matrix, int video, int rows)
    {
        for (var row = 0; row < rows; row++)
            matrix.Add(CollectionId.Default, new(default, SampleSegments.Video(video), [video]), new float[Dimensions], [], []);
    }

    private static int[] VideosIn(MatrixSnapshot snapshot) =>
        [
            .. Videos(snapshot, snapshot.Nearest(default, VectorSpace.Text, new float[Dimensions], 1000, CancellationToken.None))
                .Order()];

    private static int[] Videos(MatrixSnapshot matrix, BestRows best) =>
        Array.ConvertAll(best.Sorted().ToArray(), kept => (int)matrix.Owner(kept.Row).Times[0]);

    private static float Dot(float[] query, float[] all, int row)
    {
        var sum = 0f;
        for (var i = 0; i < query.Length; i++)
            sum += query[i] * all[row * query.Length + i];
        return sum;
    }
}
