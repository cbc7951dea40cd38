namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>
/// Names in a point: its vectors and its payload. Rows of half precision, and what is fetched with them, are kept in the payload
/// as base64: a hundred segments are read so in a tenth of the time that JSON numbers take (docs/qdrant.md has the measurement).
/// </summary>
internal static class PointFields
{
    /// <summary>Vector: <see cref="Segment.TextVector"/>. Payload: the same as base64 of single precision, little-endian.</summary>
    public const string Text = "text";

    /// <summary>Vector: <see cref="Segment.ImageVector"/>.</summary>
    public const string Image = "image";

    /// <summary>
    /// Multivector: <see cref="Segment.Frames"/>. Payload: the same as base64 of half precision, little-endian; absent where the
    /// head scores them as they are, then <see cref="Features"/> are they.
    /// </summary>
    public const string Frames = "frames";

    /// <summary>Payload: what the head scores, as base64 of half precision, little-endian.</summary>
    public const string Features = "features";

    /// <summary>Payload: base64 of <see cref="Segment.Layouts"/>.</summary>
    public const string Layouts = "layouts";

    /// <summary>Payload: the video's UUID. Indexed.</summary>
    public const string Video = "video";

    /// <summary>Payload: <see cref="SegmentPlace.Index"/>.</summary>
    public const string Index = "index";

    /// <summary>Payload: <see cref="SegmentPlace.Start"/>.</summary>
    public const string Start = "start";

    /// <summary>Payload: <see cref="SegmentPlace.End"/>.</summary>
    public const string End = "end";

    /// <summary>Payload: <see cref="SegmentPlace.FrameTimes"/>.</summary>
    public const string Times = "times";

    /// <summary>Payload: true in a video's last segment, which is written after its others. Indexed.</summary>
    public const string Last = "last";

    /// <summary>What <see cref="Point.Place"/> reads.</summary>
    public static readonly string[] Place = [Video, Index, Start, End, Times];

    /// <summary>What a <see cref="SegmentBatch"/> takes.</summary>
    public static readonly string[] Scored = [.. Place, Text, Features];
}
