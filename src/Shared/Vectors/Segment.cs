namespace TcMgc.Shared.Vectors;

/// <summary>Where a segment lies in its video.</summary>
/// <param name="Id">The segment's id.</param>
/// <param name="Video">Its video.</param>
/// <param name="Index">Its place among the video's segments, from 0.</param>
/// <param name="Start">Where it starts, in seconds.</param>
/// <param name="End">Where it ends, in seconds.</param>
/// <param name="FrameTimes">Time of each of its frames in the video, in seconds; 1 to N of them.</param>
public sealed record SegmentPlace(SegmentId Id, VideoId Video, int Index, double Start, double End, float[] FrameTimes)
{
    /// <summary>The video's collection.</summary>
    public CollectionId Collection { get; init; }
}

/// <summary>A segment with its vectors. Embeddings of a frame are rows of D values.</summary>
/// <param name="Place">Which part of which video it is.</param>
/// <param name="TextVector">D: the unit pooled vector in the head's space, that sentences are compared with.</param>
/// <param name="ImageVector">D: the unit mean of the plain frame embeddings, that images are compared with.</param>
/// <param name="Frames">
/// Count × D: plain unit frame embeddings, one row for each of <see cref="SegmentPlace.FrameTimes"/>.
/// </param>
/// <param name="Features">
/// N × D: what the head scores, padding rows included as the model gave them; null where the head scores plain frame embeddings
/// as they are in <paramref name="Frames"/> (then padding is zero).
/// </param>
/// <param name="Layouts">Count × 192: the colour layout (<see cref="Shared.Frames.ColourLayout"/>) of each frame.</param>
public sealed record Segment(SegmentPlace Place, float[] TextVector, float[] ImageVector, Half[] Frames, Half[]? Features,
    byte[] Layouts);

/// <summary>What a still is compared with.</summary>
/// <param name="Place">Which part of which video it is.</param>
/// <param name="Frames">Count × D: as <see cref="Segment.Frames"/>.</param>
/// <param name="Layouts">Count × 192: as <see cref="Segment.Layouts"/>.</param>
public sealed record SegmentFrames(SegmentPlace Place, Half[] Frames, byte[] Layouts);
