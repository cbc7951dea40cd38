using System.Text;
using System.Text.Json.Serialization;

namespace TcMgc.Shared;

/// <summary>
/// Id of a segment: the UUIDv5 of <c>model id/index</c> in the namespace of its video's id, so that indexing a video again with
/// the same model writes the same ids.
/// </summary>
/// <param name="Value">The UUID.</param>
[JsonConverter(typeof(SegmentIdJson))]
public readonly record struct SegmentId(Guid Value)
{
    /// <summary>The id of a segment.</summary>
    /// <param name="video">The segment's video.</param>
    /// <param name="modelId">Id of the model that encoded it.</param>
    /// <param name="index">Index among the video's segments, from 0.</param>
    public static SegmentId Of(VideoId video, string modelId, int index)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelId);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(Ids.NameBasedUuid.Create(video.Value, Encoding.UTF8.GetBytes($"{modelId}/{index}")));
    }

    /// <summary>The UUID in lower case with hyphens.</summary>
    public override string ToString() => Value.ToString();
}
