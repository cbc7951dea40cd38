using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search;

/// <summary>A segment with its score and the time of its best frame.</summary>
internal readonly record struct ScoredSegment(SegmentPlace Place, float Score, float Moment);

/// <summary>Groups scored segments by video as they come, keeping each video's best few. Allocates per video, not per segment.</summary>
internal sealed class VideoRanking(int segmentsEach)
{
    private readonly Dictionary<VideoId, Best> _videos = [];

    /// <summary>A video's best segments, best first.</summary>
    private sealed class Best(int size)
    {
        private readonly ScoredSegment[] _segments = new ScoredSegment[size];
        private int _count;

        public ReadOnlyMemory<ScoredSegment> Segments => _segments.AsMemory(0, _count);

        public void Add(in ScoredSegment segment)
        {
            if (_count < _segments.Length)
                _count++;
            else if (Compare(segment, _segments[_count - 1]) >= 0)
                return;
            var at = _count - 1;
            for (; at > 0 && Compare(segment, _segments[at - 1]) < 0; at--)
                _segments[at] = _segments[at - 1];
            _segments[at] = segment;
        }
    }

    /// <summary>Segments taken in so far.</summary>
    public int Count { get; private set; }

    public void Add(SegmentPlace place, float score, float moment)
    {
        if (!_videos.TryGetValue(place.Video, out var best))
            _videos.Add(place.Video, best = new(segmentsEach));
        best.Add(new(place, score, moment));
        Count++;
    }

    /// <summary>The best videos after some with their best segments, best first; equal scores in a fixed order.</summary>
    public List<ReadOnlyMemory<ScoredSegment>> Top(int offset, int count) =>
        [.. _videos.Values.Select(best => best.Segments)
            .OrderByDescending(segments => segments.Span[0].Score)
            .ThenBy(segments => segments.Span[0].Place.Video.Value)
            .Skip(offset)
            .Take(count)];

    // Best first; NaN, which CompareTo puts below all numbers, comes last.
    private static int Compare(in ScoredSegment left, in ScoredSegment right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        return byScore != 0 ? byScore : left.Place.Index.CompareTo(right.Place.Index);
    }
}
