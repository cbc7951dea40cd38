using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search;

/// <summary>A segment with its score and the time of its best frame.</summary>
internal readonly record struct ScoredSegment(SegmentPlace Place, float Score, float Moment);

/// <summary>
/// Ranks scored segments as they come: grouped by video, keeping each one's best few, or each on its own. Allocates per group,
/// not per segment.
/// </summary>
internal sealed class Ranking(SearchRequest request)
{
    private readonly bool _isByVideo = request.Rank == SearchRank.Video;
    private readonly int _size = request.Rank == SearchRank.Video ? request.SegmentsEach : request.Offset + request.Top;
    private readonly Dictionary<VideoId, Best> _groups = [];

    /// <summary>The best segments of a group, best first.</summary>
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
        var group = _isByVideo ? place.Video : default;
        if (!_groups.TryGetValue(group, out var best))
            _groups.Add(group, best = new(_size));
        best.Add(new(place, score, moment));
        Count++;
    }

    /// <summary>The results wanted, best first, each the segments of one video; equal scores in a fixed order.</summary>
    /// <param name="shows">Whether a best segment's score is good enough; null where all are.</param>
    public List<ReadOnlyMemory<ScoredSegment>> Top(Func<float, bool>? shows = null) =>
        [.. Results().TakeWhile(segments => shows is null || shows(segments.Span[0].Score)).Skip(request.Offset).Take(request.Top)];

    /// <summary>Results whose best segment's score is not good enough.</summary>
    public int Below(Func<float, bool> shows) => Results().Count(segments => !shows(segments.Span[0].Score));

    private IEnumerable<ReadOnlyMemory<ScoredSegment>> Results()
    {
        var groups = _groups.Values.Select(best => best.Segments);
        return _isByVideo
            ? groups.OrderByDescending(segments => segments.Span[0].Score).ThenBy(segments => segments.Span[0].Place.Video.Value)
            : groups.SelectMany(segments => Enumerable.Range(0, segments.Length).Select(at => segments.Slice(at, 1)));
    }

    // Best first; NaN, which CompareTo puts below all numbers, comes last.
    private static int Compare(in ScoredSegment left, in ScoredSegment right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0)
            return byScore;
        var byVideo = left.Place.Video.Value.CompareTo(right.Place.Video.Value);
        return byVideo != 0 ? byVideo : left.Place.Index.CompareTo(right.Place.Index);
    }
}
