using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace TcMgc.Featurizer.Tests;

public sealed class SegmenterTests
{
    private static readonly SegmenterOptions s_options = new();

    // A frame of shot k points along axis k, with a little movement inside the shot.
    private static float[] Frame(int shot, int at) =>
        [.. Enumerable.Range(0, 16).Select(axis => axis == shot % 16 ? 1f : 0.02f * MathF.Sin(at + axis))];

    private static IEnumerable<float[]> Video(params int[] shots) =>
        shots.SelectMany((length, shot) => Enumerable.Range(0, length).Select(at => Frame(shot, at)));

    private static List<int> Cut(int frames, IEnumerable<float[]> video, SegmenterOptions? options = null)
    {
        var segmenter = new Segmenter(frames, options);
        var lengths = new List<int>();
        foreach (var embedding in video)
        {
            segmenter.Add(embedding);
            while (segmenter.TryDequeue(out var length))
                lengths.Add(length);
        }
        segmenter.Complete();
        while (segmenter.TryDequeue(out var length))
            lengths.Add(length);
        return lengths;
    }

    [Fact]
    public void Shots_become_segments() => Assert.Equal([8, 12, 5, 10], Cut(12, Video(8, 12, 5, 10)));

    [Theory]
    [InlineData(12, new[] { 12 })]
    [InlineData(13, new[] { 7, 6 })]
    [InlineData(25, new[] { 9, 8, 8 })]
    [InlineData(48, new[] { 12, 12, 12, 12 })]
    [InlineData(49, new[] { 12, 10, 9, 9, 9 })]
    [InlineData(1, new[] { 1 })]
    [InlineData(0, new int[0])]
    public void A_shot_without_boundary_becomes_equal_parts(int frames, int[] expected) =>
        Assert.Equal(expected, Cut(12, Video(frames)));

    [Fact]
    public void A_shot_longer_than_a_segment_is_cut_within_itself() => Assert.Equal([8, 7, 10], Cut(12, Video(15, 10)));

    [Fact]
    public void Shots_that_are_too_short_join_a_neighbour() => Assert.Equal([10, 9], Cut(12, Video(10, 2, 7)));

    [Fact]
    public void The_last_frames_of_a_video_are_no_segment_of_their_own() => Assert.Equal([6, 6], Cut(6, Video(11, 1)));

    [Fact]
    public void Steady_movement_is_no_boundary()
    {
        // Each frame turns by the same large angle: the distance between neighbours, 0.2, is this video's usual one.
        var video = Enumerable.Range(0, 480).Select(at => new[] { MathF.Cos(0.6435f * at), MathF.Sin(0.6435f * at) });

        Assert.All(Cut(12, video).Skip(6), length => Assert.InRange(length, 9, 12));
    }

    [Fact]
    public void A_cut_within_a_moving_video_is_found()
    {
        static float[] Moving(int at, float sign) => [MathF.Cos(0.3f * at), MathF.Sin(0.3f * at), sign * 2];
        var video = Enumerable.Range(0, 20).Select(at => Moving(at, at < 9 ? 1 : -1));

        Assert.Equal([9, 11], Cut(12, video));
    }

    [Fact]
    public void Embeddings_that_are_zero_or_not_finite_do_no_harm()
    {
        float[][] video = [[0, 0], [float.NaN, 1], [float.PositiveInfinity, 1], [1, 0], [0, 0]];

        Assert.Equal(5, Cut(3, video).Sum());
    }

    private static Arbitrary<(int Frames, int[] Shots)> Videos() => Arb.From(
        from frames in Gen.Choose(1, 14)
        from shots in Gen.Choose(1, 60).ArrayOf()
        select (frames, shots));

    [Property]
    public Property Segments_tile_the_frames_each_with_1_to_N() => Prop.ForAll(Videos(), video =>
    {
        var lengths = Cut(video.Frames, Video(video.Shots));
        return lengths.Sum() == video.Shots.Sum() && lengths.All(length => length >= 1 && length <= video.Frames);
    });

    [Property]
    public Property A_prefix_of_the_video_has_the_same_first_segments() =>
        Prop.ForAll(Videos(), Arb.From(Gen.Choose(0, 200)), (video, rest) =>
    {
        // What is finished before the end depends on the frames seen, not on those to come: batches cannot matter.
        var all = Cut(video.Frames, Video([.. video.Shots, rest]));
        var segmenter = new Segmenter(video.Frames);
        var finished = new List<int>();
        foreach (var embedding in Video(video.Shots))
            segmenter.Add(embedding);
        while (segmenter.TryDequeue(out var length))
            finished.Add(length);
        return all.Take(finished.Count).SequenceEqual(finished);
    });

    [Property]
    public Property Few_frames_wait() => Prop.ForAll(Videos(), video =>
    {
        var segmenter = new Segmenter(video.Frames);
        var waiting = 0;
        return Video(video.Shots).All(embedding =>
        {
            segmenter.Add(embedding);
            waiting++;
            while (segmenter.TryDequeue(out var length))
                waiting -= length;
            return waiting <= Segmenter.MostWaiting(video.Frames, s_options);
        });
    });

    [Property]
    public Property The_scale_of_embeddings_does_not_matter() => Prop.ForAll(Videos(), video =>
        Cut(video.Frames, Video(video.Shots)).SequenceEqual(
            Cut(video.Frames, Video(video.Shots)
                .Select((embedding, at) => embedding.Select(value => value * (at % 2 == 0 ? 4 : 16)).ToArray()))))
        ;
}
