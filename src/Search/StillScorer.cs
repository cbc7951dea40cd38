using System.Numerics.Tensors;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search;

/// <summary>
/// The second stage of a still: how alike it is to each frame, by embedding and by colour layout. An encoder of meaning takes
/// the frames of one scene for nearly the same; where the colours lie tells them apart.
/// </summary>
internal sealed class StillScorer(float[] embedding, byte[] layout)
{
    private readonly float[] _row = new float[embedding.Length];

    /// <summary>The frame of the segment that is most like the still.</summary>
    /// <returns>Cosine of the embeddings less the distance of the layouts, −2 … 1, and the frame's time.</returns>
    public (float Score, float Time) Best(SegmentFrames segment)
    {
        var width = embedding.Length;
        var (best, time) = (float.NegativeInfinity, segment.Place.FrameTimes[0]);
        for (var frame = 0; frame < segment.Place.FrameTimes.Length; frame++)
        {
            TensorPrimitives.ConvertToSingle(segment.Frames.AsSpan(frame * width, width), _row);
            var score = TensorPrimitives.Dot<float>(embedding, _row)
                - ColourLayout.Distance(layout, segment.Layouts.AsSpan(frame * ColourLayout.Bytes, ColourLayout.Bytes));
            if (score > best)
                (best, time) = (score, segment.Place.FrameTimes[frame]);
        }
        return (best, time);
    }
}
