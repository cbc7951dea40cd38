using Qdrant.Client.Grpc;
using TcMgc.Shared;

namespace TcMgc.Stores.Qdrant;

/// <summary>Which points a call is about.</summary>
internal static class QdrantFilters
{
    /// <summary>Those of videos.</summary>
    public static Filter Of(params IEnumerable<VideoId> videos) => new() { Must = { OfVideos(videos) } };

    /// <summary>Those of videos that are none of the segments.</summary>
    public static Filter Others(IEnumerable<VideoId> videos, IEnumerable<SegmentId> segments) => new()
    {
        Must = { OfVideos(videos) },
        MustNot = { Conditions.HasId(segments.Select(segment => segment.Value).ToList()) },
    };

    /// <summary>The last one of each video, which is written after all others.</summary>
    public static Filter Last() => new() { Must = { Conditions.Match(PointFields.Last, true) } };

    private static Condition OfVideos(IEnumerable<VideoId> videos) =>
        Conditions.Match(PointFields.Video, videos.Select(video => video.Value.ToString()).ToList());
}
