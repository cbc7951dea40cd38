using System.Numerics.Tensors;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Tests;

/// <summary>Segments with random unit vectors.</summary>
internal static class SampleSegments
{
    public static readonly IndexModel Model = new("tiny-0123456789ab", Dimensions: 8, Frames: 4, Folder: "/models/tiny");

    public static VideoId Video(int number) => VideoId.FromSha256([.. BitConverter.GetBytes(number), .. new byte[28]]);

    public static List<Segment> Of(int video, int segments, int seed, bool withFeatures = true)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, segments).Select(index => One(random, Video(video), index, withFeatures))];
    }

    /// <summary>The same segments in another collection.</summary>
    public static List<Segment> In(CollectionId collection, IEnumerable<Segment> segments) =>
        [.. segments.Select(segment => segment with { Place = segment.Place with { Collection = collection } })];

    public static float[] Unit(Random random, int rows = 1)
    {
        var values = new float[rows * Model.Dimensions];
        for (var i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() - 0.5f;
        for (var row = 0; row < rows; row++)
        {
            var vector = values.AsSpan(row * Model.Dimensions, Model.Dimensions);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        }
        return values;
    }

    public static Half[] Halves(float[] values) => Array.ConvertAll(values, value => (Half)value);

    private static byte[] Layouts(Random random, int frames)
    {
        var layouts = new byte[frames * ColourLayout.Bytes];
        random.NextBytes(layouts);
        return layouts;
    }

    private static Segment One(Random random, VideoId video, int index, bool withFeatures)
    {
        var frames = 1 + random.Next(Model.Frames);
        var times = Enumerable.Range(0, frames).Select(frame => (float)(index * Model.Frames + frame)).ToArray();
        return new(
            new(SegmentId.Of(video, Model.Id, index), video, index, times[0], times[^1] + 1, times),
            Unit(random), Unit(random), Halves(Unit(random, frames)), withFeatures
            ? Halves(Unit(random, Model.Frames)) : null, Layouts(random, frames));
    }
}
