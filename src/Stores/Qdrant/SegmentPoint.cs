using System.Numerics.Tensors;
using Qdrant.Client.Grpc;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>A segment as a point.</summary>
internal static class SegmentPoint
{
    /// <summary>The point; <paramref name="last"/> says that it is the video's last.</summary>
    public static PointStruct Of(Segment segment, bool last)
    {
        var (place, d) = (segment.Place, segment.TextVector.Length);
        var named = new NamedVectors
        {
            Vectors =
            {
                [PointFields.Text] = new() { Dense = Dense(segment.TextVector) },
                [PointFields.Image] = new() { Dense = Dense(segment.ImageVector) },
                [PointFields.Frames] = new() { MultiDense = Rows(segment.Frames, d) },
                [PointFields.Features] = new() { MultiDense = Rows(segment.Features ?? segment.Frames, d) },
            },
        };
        var point = new PointStruct
        {
            Id = place.Id.Value,
            Vectors = new() { Vectors_ = named },
            Payload =
            {
                [PointFields.Video] = place.Video.Value.ToString(),
                [PointFields.Index] = place.Index,
                [PointFields.Start] = place.Start,
                [PointFields.End] = place.End,
                [PointFields.Times] = Array.ConvertAll(place.FrameTimes, time => (Value)(double)time),
                [PointFields.Layouts] = Convert.ToBase64String(segment.Layouts),
            },
        };
        if (!place.Collection.IsDefault)
            point.Payload[PointFields.Collection] = place.Collection.Name;
        if (last)
            point.Payload[PointFields.Last] = true;
        return point;
    }

    private static DenseVector Dense(float[] values) => new() { Data = { values } };

    /// <summary>gRPC carries floats; each half is one of them, and comes back as it was.</summary>
    private static MultiDenseVector Rows(Half[] halves, int dimensions)
    {
        var rows = new MultiDenseVector();
        for (var start = 0; start < halves.Length; start += dimensions)
        {
            var row = new float[dimensions];
            TensorPrimitives.ConvertToSingle(halves.AsSpan(start, dimensions), row);
            rows.Vectors.Add(Dense(row));
        }
        return rows;
    }
}
