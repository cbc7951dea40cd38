namespace TcMgc.Featurizer.Tests;

public sealed class SimilarFramesTests
{
    private const int Side = 16, FrameBytes = Side * Side * 3, Width = 1;

    /// <summary>The embedding of a frame is its first value here.</summary>
    [Theory]
    [InlineData(0.5, new[] { 10, 10, 11, 12, 12, 10 }, new[] { 10, 11, 12, 10 }, new[] { 10, 10, 11, 12, 12, 10 })]
    [InlineData(1, new[] { 10, 11, 12, 13, 10 }, new[] { 10, 12, 10 }, new[] { 10, 10, 12, 12, 10 })]
    [InlineData(255, new[] { 0, 255, 7 }, new[] { 0 }, new[] { 0, 0, 0 })]
    public void A_frame_takes_the_embedding_of_the_last_encoded_one_unless_it_differs_more(
        double most, int[] values, int[] encoded, int[] taken)
    {
        // However the frames come in batches.
        for (var batch = 1; batch <= values.Length; batch++)
        {
            var (similar, all, chosen) = (new SimilarFrames(Side, Width, most), new List<int>(), new List<int>());
            foreach (var some in values.Chunk(batch))
            {
                var pixels = new byte[batch * FrameBytes];
                var count = similar.Choose([.. some.SelectMany(value => Plain(value))], pixels);
                int[] sent = [.. Enumerable.Range(0, count).Select(frame => (int)pixels[frame * FrameBytes])];
                float[] embeddings = [.. sent.Select(value => (float)value), .. new float[batch - count]];
                similar.Spread(embeddings, some.Length);
                chosen.AddRange(sent);
                all.AddRange(embeddings.Take(some.Length).Select(value => (int)value));
            }
            Assert.Equal(encoded, chosen);
            Assert.Equal(taken, all);
        }
    }

    [Fact]
    public void Frames_differ_as_much_as_their_most_different_part()
    {
        var (still, moved) = (Plain(100), Plain(100));
        for (var y = 0; y < 2; y++)
            moved.AsSpan(y * Side * 3, 6).Fill(150);

        Assert.Equal(0, SimilarFrames.Difference(still, still, Side));
        Assert.Equal(50, SimilarFrames.Difference(still, moved, Side));
        Assert.Equal(50, SimilarFrames.Difference(moved, still, Side));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Every_pixel_is_compared_whatever_the_side(int side)
    {
        for (var at = 0; at < side * side * 3; at++)
        {
            var (still, moved) = (new byte[side * side * 3], new byte[side * side * 3]);
            moved[at] = 30;
            Assert.True(SimilarFrames.Difference(still, moved, side) > 0);
        }
    }

    private static byte[] Plain(int value) => [.. Enumerable.Repeat((byte)value, FrameBytes)];
}
