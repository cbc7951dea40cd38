using Qdrant.Client.Grpc;
using TcMgc.Shared;

namespace TcMgc.Stores.Qdrant;

/// <summary>Filters of points.</summary>
internal static class QdrantFilters
{
    /// <summary>The points of videos.</summary>
    public static Filter Of(params IEnumerable<VideoId> videos) => new() { Must = { OfVideos(videos) } };

    /// <summary>The points of a collection.</summary>
    public static Filter Of(CollectionId collection) => new()
    {
        Must =
        {
            collection.IsDefault ? Conditions.IsEmpty(PointFields.Collection)
                : Conditions.MatchKeyword(PointFields.Collection, collection.Name),
        },
    };

    /// <summary>The points of videos except those of some segments.</summary>
    public static Filter Others(IEnumerable<VideoId> videos, IEnumerable<SegmentId> segments) => new()
    {
        Must = { OfVideos(videos) },
        MustNot = { Conditions.HasId(segments.Select(segment => segment.Value).ToList()) },
    };

    /// <summary>The last point of each video, which is written after the others.</summary>
    public static Filter Last() => new() { Must = { Conditions.Match(PointFields.Last, true) } };

    private static Condition OfVideos(IEnumerable<VideoId> videos) =>
        Conditions.Match(PointFields.Video, videos.Select(video => video.Value.ToString()).ToList());
}
