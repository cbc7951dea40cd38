using System.Numerics.Tensors;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// The second stage of a still: how alike it is to each frame, by embedding and by colour layout. An encoder of meaning takes
/// the frames of one scene for nearly the same; where the colours lie tells them apart.
/// </summary>
internal sealed class StillScorer(float[] embedding, byte[] layout)
{
    private readonly float[] _row = new float[embedding.Length];
    private float[] _scores = [];

    /// <summary>How alike the still is to the segment's most similar frame, and when it was seen.</summary>
    /// <returns>
    /// Cosine of the embeddings less the distance of the layouts, −2 … 1. The time is that frame's where it is the still, else
    /// between it and its more similar neighbour, nearer to the one that is more alike.
    /// </returns>
    public (float Score, float Time) Best(SegmentFrames segment)
    {
        var times = segment.Place.FrameTimes;
        if (_scores.Length < times.Length)
            _scores = new float[times.Length];
        for (var frame = 0; frame < times.Length; frame++)
            _scores[frame] = Score(segment, frame);
        var best = Math.Max(0, TensorPrimitives.IndexOfMax(_scores.AsSpan(0, times.Length)));
        var neighbour = best == 0 || (best + 1 < times.Length && _scores[best + 1] > _scores[best - 1]) ? best + 1 : best - 1;
        return (_scores[best], neighbour < times.Length ? Between(best, neighbour, times) : times[best]);
    }

    private float Score(SegmentFrames segment, int frame)
    {
        TensorPrimitives.ConvertToSingle(segment.Frames.AsSpan(frame * _row.Length, _row.Length), _row);
        return TensorPrimitives.Dot<float>(embedding, _row)
            - ColourLayout.Distance(layout, segment.Layouts.AsSpan(frame * ColourLayout.Bytes, ColourLayout.Bytes));
    }

    // A still from between two sampled frames resembles both.
    private float Between(int best, int neighbour, float[] times)
    {
        float near = Math.Max(0, 1 - _scores[best]), far = Math.Max(0, 1 - _scores[neighbour]);
        return near + far > 0 ? times[best] + ((times[neighbour] - times[best]) * near / (near + far)) : times[best];
    }
}
