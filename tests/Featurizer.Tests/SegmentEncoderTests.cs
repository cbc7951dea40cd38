using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Featurizer.Tests;

public sealed class SegmentEncoderTests : IClassFixture<SegmentEncoderTests.Models>
{
    private static readonly VideoId s_video = VideoId.FromSha256(new byte[32]);
    private readonly Models _models;

    public SegmentEncoderTests(Models models) => _models = models;

    public sealed class Models : IDisposable
    {
        internal TinyModel Own { get; } = new("tcmgc");
        internal TinyModel Plain { get; } = new("clip4clip-mean-pooling");

        public void Dispose()
        {
            Own.Dispose();
            Plain.Dispose();
        }
    }

    // Frame k: a scaled direction that turns slowly, and jumps at frame 6.
    private static float[] Embedding(int frame, int width) =>
        [.. Enumerable.Range(0, width).Select(axis => 3 * MathF.Sin((axis * (frame < 6 ? 1 : 7)) + (0.05f * frame) + 1))];

    private static byte[] Layout(int frame) => [.. Enumerable.Repeat((byte)frame, ColourLayout.Bytes)];

    private static IReadOnlyList<Segment> Encode(VideoTextModel model, int frames, int segmentBatch = 16)
    {
        var encoder = new SegmentEncoder(model, s_video, CollectionId.Default, frames + 0.5,
            new() { SegmentBatch = segmentBatch, Segmenter = new() { ShortestShot = 2 } });
        for (var frame = 0; frame < frames; frame++)
            encoder.Add(Embedding(frame, model.Width), Layout(frame), frame + 0.25f, default);
        return encoder.Complete(default);
    }

    [Fact]
    public void Segments_meet_and_end_with_the_video()
    {
        var segments = Encode(_models.Own.Model, 13);

        Assert.Equal([3, 3, 4, 3], segments.Select(segment => segment.Place.FrameTimes.Length));
        Assert.Equal([0.25f, 1.25f, 2.25f], segments[0].Place.FrameTimes);
        Assert.Equal([(0, 3.25), (3.25, 6.25), (6.25, 10.25), (10.25, 13.5)],
            segments.Select(segment => (segment.Place.Start, segment.Place.End)));
        Assert.Equal([0, 1, 2, 3], segments.Select(segment => segment.Place.Index));
        Assert.All(segments, segment =>
            Assert.Equal(SegmentId.Of(s_video, _models.Own.Model.Id, segment.Place.Index), segment.Place.Id));
    }

    [Fact]
    public void A_segment_has_what_the_model_gives_for_it_alone()
    {
        var model = _models.Own.Model;
        var segment = Encode(model, 13)[3];
        var input = new float[model.SegmentFrames * model.Width];
        for (var frame = 0; frame < 3; frame++)
            Embedding(10 + frame, model.Width).CopyTo(input, frame * model.Width);
        var (vector, features) = (new float[model.Width], new float[input.Length]);

        model.EncodeVideo(input, [1, 1, 1, 0], 1, vector, features);

        Assert.Equal(vector, segment.TextVector, (expected, actual) => Math.Abs(expected - actual) < 1e-5);
        Assert.Equal(features, segment.Features!.Select(half => (float)half),
            (expected, actual) => Math.Abs(expected - actual) < 2e-3 * Math.Max(1, Math.Abs(expected)));
    }

    [Fact]
    public void Batches_do_not_change_the_segments()
    {
        var (one, many) = (Encode(_models.Own.Model, 29, segmentBatch: 1), Encode(_models.Own.Model, 29, segmentBatch: 5));

        Assert.Equal(one.Select(segment => segment.Place.Id), many.Select(segment => segment.Place.Id));
        Assert.All(one.Zip(many), pair =>
            Assert.True(TensorPrimitives.Dot<float>(pair.First.TextVector, pair.Second.TextVector) > 0.9999f));
        Assert.All(one.Zip(many), pair => Assert.Equal(pair.First.Frames, pair.Second.Frames));
    }

    [Fact]
    public void Frames_and_pooled_vectors_have_unit_length()
    {
        foreach (var segment in Encode(_models.Own.Model, 11))
        {
            Assert.Equal(1, TensorPrimitives.Norm<float>(segment.TextVector), 1e-4);
            Assert.Equal(1, TensorPrimitives.Norm<float>(segment.ImageVector), 1e-4);
            Assert.All(segment.Frames.Chunk(_models.Own.Model.Width),
                row => Assert.Equal(1, TensorPrimitives.Norm<float>([.. row.Select(half => (float)half)]), 2e-3));
        }
    }

    [Fact]
    public void Features_are_kept_only_where_the_head_has_its_own()
    {
        Assert.All(Encode(_models.Own.Model, 9), segment => Assert.Equal(4 * _models.Own.Model.Width, segment.Features!.Length));
        Assert.All(Encode(_models.Plain.Model, 9), segment => Assert.Null(segment.Features));
    }

    [Fact]
    public void Every_frame_keeps_its_colours()
    {
        var layouts = Encode(_models.Own.Model, 29).SelectMany(segment => segment.Layouts);

        Assert.Equal(Enumerable.Range(0, 29).SelectMany(Layout), layouts);
    }

    [Fact]
    public void A_single_frame_is_a_segment()
    {
        var segment = Assert.Single(Encode(_models.Own.Model, 1));

        Assert.Equal((0, 1.5), (segment.Place.Start, segment.Place.End));
    }
}
