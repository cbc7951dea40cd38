using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Tests.Query;

public sealed class StillScorerTests
{
    private static byte[] Grey(params byte[] frames) =>
        [.. frames.SelectMany(level => Enumerable.Repeat(level, ColourLayout.Bytes))];

    private static SegmentFrames Segment(Half[] frames, byte[] layouts)
    {
        var video = SampleLibrary.Id("video");
        float[] times = [.. Enumerable.Range(10, frames.Length / 2).Select(second => (float)second)];
        return new(new(SegmentId.Of(video, "model", 0), video, 0, 10, 10 + times.Length, times), frames, layouts);
    }

    private static Half[] Halves(params double[] values) => [.. values.Select(value => (Half)value)];

    [Fact]
    public void Colours_tell_frames_of_equal_embeddings_apart()
    {
        var best = new StillScorer([1, 0], Grey(100)).Best(Segment(Halves(1, 0, 1, 0, 1, 0), Grey(0, 100, 255)));

        Assert.Equal((1f, 11f), best);
    }

    [Fact]
    public void Embeddings_tell_frames_of_equal_colours_apart()
    {
        var best = new StillScorer([1, 0], Grey(100)).Best(Segment(Halves(0, 1, 0.6, 0.8, 1, 0), Grey(100, 100, 100)));

        Assert.Equal((1f, 12f), best);
    }

    [Fact]
    public void Another_brightness_does_not_hide_what_the_encoder_sees()
    {
        var best = new StillScorer([1, 0], Grey(200)).Best(Segment(Halves(0, 1, 1, 0), Grey(200, 100)));

        Assert.InRange(best.Time, 10.5f, 11f);
    }

    [Fact]
    public void A_still_from_between_two_frames_is_seen_between_them()
    {
        var best = new StillScorer([1, 0], Grey(100)).Best(Segment(Halves(1, 0, 1, 0, 1, 0, 1, 0), Grey(0, 80, 130, 255)));

        Assert.Equal(11.4f, best.Time, 1e-3);
    }

    [Fact]
    public void A_neighbour_of_another_shot_moves_the_time_little()
    {
        var best = new StillScorer([1, 0], Grey(100)).Best(Segment(Halves(0, 1, 1, 0, 0, 1), Grey(0, 110, 0)));

        Assert.Equal(11f, best.Time, 0.05);
    }

    [Fact]
    public void A_segment_of_one_frame_has_its_time() =>
        Assert.Equal(10f, new StillScorer([1, 0], Grey(100)).Best(Segment(Halves(0, 1), Grey(0))).Time);
}
