using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>Names of a point's vectors and payload fields.</summary>
internal static class PointFields
{
    /// <summary>Vector: <see cref="Segment.TextVector"/>.</summary>
    public const string Text = "text";

    /// <summary>Vector: <see cref="Segment.ImageVector"/>.</summary>
    public const string Image = "image";

    /// <summary>Multivector in half precision, searched by stills: <see cref="Segment.Frames"/>.</summary>
    public const string Frames = "frames";

    /// <summary>
    /// Multivector in half precision that the head scores; only fetched. The same as <see cref="Frames"/> for a head without its
    /// own features.
    /// </summary>
    public const string Features = "features";

    /// <summary>Payload: base64 of <see cref="Segment.Layouts"/>.</summary>
    public const string Layouts = "layouts";

    /// <summary>Payload: the video's UUID. Indexed.</summary>
    public const string Video = "video";

    /// <summary>
    /// Payload: <see cref="SegmentPlace.Collection"/>; absent for the default one, as in all points of earlier programs. Indexed.
    /// </summary>
    public const string Collection = "collection";

    /// <summary>Payload: <see cref="SegmentPlace.Index"/>.</summary>
    public const string Index = "index";

    /// <summary>Payload: <see cref="SegmentPlace.Start"/>.</summary>
    public const string Start = "start";

    /// <summary>Payload: <see cref="SegmentPlace.End"/>.</summary>
    public const string End = "end";

    /// <summary>Payload: <see cref="SegmentPlace.FrameTimes"/>.</summary>
    public const string Times = "times";

    /// <summary>Payload: true for a video's last segment, which is written after the others. Indexed.</summary>
    public const string Last = "last";

    /// <summary>All vectors of a point.</summary>
    public static readonly string[] Vectors = [Text, Image, Frames, Features];

    /// <summary>The payload that <see cref="StoredPoint.Place"/> reads.</summary>
    public static readonly string[] Place = [Video, Collection, Index, Start, End, Times];

    /// <summary>The payload of <see cref="SegmentFrames"/>.</summary>
    public static readonly string[] Drawn = [.. Place, Layouts];

    /// <summary>The vectors of a <see cref="SegmentBatch"/>.</summary>
    public static readonly string[] Scored = [Text, Features];
}
