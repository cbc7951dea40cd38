using TcMgc.Client;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>A segment with its score and the time of its best frame.</summary>
internal readonly record struct ScoredSegment(SegmentPlace Place, float Score, float Moment)
{
    /// <summary>What its confidence follows from: the least corrected logit of the texts with a positive weight.</summary>
    public double Corrected { get; init; }

    /// <summary>What results are ordered by: the score, or where words of the query are said, the fused rank.</summary>
    public double Order { get; init; } = Score;

    /// <summary>Place by score alone, from 1; 0 where only the score counts.</summary>
    public int VisualRank { get; init; }

    /// <summary>Its video's place by name, from 1; null in all but the video's segment that looks most like the query.</summary>
    public int? NameRank { get; init; }
}

/// <summary>
/// Ranks scored segments as they come: grouped by video, keeping each one's best few, or each on its own. Allocates per group,
/// not per segment.
/// </summary>
internal sealed class Ranking(SearchRequest request)
{
    // Used only where words of the query are said or name a video: ranks are known once all segments are.
    private readonly List<ScoredSegment> _waiting = [];

    private readonly bool _isByVideo = request.Rank == SearchRank.Video;
    private readonly int _size = request.Rank == SearchRank.Video ? request.SegmentsEach : request.Results;
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

    /// <summary>Segments added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Segments in which words of the query are said, which are fused with the scores; default none.</summary>
    public IReadOnlyDictionary<SegmentId, SpokenSegment> Spoken { get; init; } = new Dictionary<SegmentId, SpokenSegment>();

    /// <summary>Videos that words of the query name, which are fused too; default none.</summary>
    public IReadOnlyDictionary<VideoId, NamedVideo> Named { get; init; } = new Dictionary<VideoId, NamedVideo>();

    /// <summary>Weights of words beside the picture's of 1.</summary>
    public WordWeights Weights { get; init; }

    public void Add(in ScoredSegment segment)
    {
        if (Spoken.Count + Named.Count > 0)
            _waiting.Add(segment);
        else
            Group(segment);
        Count++;
    }

    /// <summary>How a segment came to its place; null where only its score counts.</summary>
    public FusedRank? FusionOf(in ScoredSegment segment) => segment.VisualRank == 0 ? null
        : new(segment.VisualRank, Spoken.GetValueOrDefault(segment.Place.Id)?.Rank, segment.NameRank,
            NamedOf(segment)?.Share ?? 0, NamedOf(segment)?.IsExact is true, Weights);

    private NamedVideo? NamedOf(in ScoredSegment segment) => segment.NameRank is null ? null : Named[segment.Place.Video];

    /// <summary>The results wanted, best first, each the segments of one video; equal scores in a fixed order.</summary>
    /// <param name="shows">
    /// Whether a best segment is sure enough; null where all are. Where words of the query are said or name it, it is.
    /// </param>
    public List<ReadOnlyMemory<ScoredSegment>> Top(Func<ScoredSegment, bool>? shows = null)
    {
        Fuse();
        return [.. Shown(shows).Skip(request.Offset).Take(request.Top)];
    }

    /// <summary>Whether there are results behind those of <see cref="Top"/>.</summary>
    public bool HasMore(Func<ScoredSegment, bool>? shows = null)
    {
        Fuse();
        return Shown(shows).Skip(request.Offset + request.Top).Any();
    }

    /// <summary>The segments of so many results, whether they are sure enough or not.</summary>
    public IReadOnlyList<SegmentId> First(int results)
    {
        Fuse();
        return [.. Results().Take(results).SelectMany(segments => segments.ToArray()).Select(segment => segment.Place.Id)];
    }

    /// <summary>Results whose best segment is not sure enough.</summary>
    public int Below(Func<ScoredSegment, bool> shows)
    {
        Fuse();
        return Results().Count(segments => !Shows(segments, shows));
    }

    private IEnumerable<ReadOnlyMemory<ScoredSegment>> Shown(Func<ScoredSegment, bool>? shows) =>
        Results().Where(segments => shows is null || Shows(segments, shows));

    private bool Shows(ReadOnlyMemory<ScoredSegment> segments, Func<ScoredSegment, bool> shows) =>
        shows(segments.Span[0]) || segments.Span[0].NameRank is not null || Spoken.ContainsKey(segments.Span[0].Place.Id);

    private void Fuse()
    {
        _waiting.Sort((left, right) => Compare(left, right));
        var unseen = new Dictionary<VideoId, NamedVideo>(Named);
        foreach (var (index, scored) in _waiting.Index())
        {
            // A name says nothing of when: it counts for the best moment of its video.
            int? name = unseen.Remove(scored.Place.Video, out var named) ? named.Rank : null;
            var ranked = scored with { VisualRank = index + 1, NameRank = name };
            var fusion = FusionOf(ranked)!.Value;
            // A result that is first of all said starts where it is said.
            var moment = fusion.SpokenPart <= fusion.VisualPart ? scored.Moment
                : (float)Math.Clamp(Spoken[scored.Place.Id].Said[0].Start, scored.Place.Start, scored.Place.End);
            Group(ranked with { Order = fusion.Score, Moment = moment });
        }
        _waiting.Clear();
    }

    private void Group(in ScoredSegment segment)
    {
        var group = _isByVideo ? segment.Place.Video : default;
        if (!_groups.TryGetValue(group, out var best))
            _groups.Add(group, best = new(_size));
        best.Add(segment);
    }

    private IEnumerable<ReadOnlyMemory<ScoredSegment>> Results()
    {
        var groups = _groups.Values.Select(best => best.Segments);
        return _isByVideo
            ? groups.OrderByDescending(segments => segments.Span[0].Order).ThenBy(segments => segments.Span[0].Place.Video.Value)
            : groups.SelectMany(segments => Enumerable.Range(0, segments.Length).Select(at => segments.Slice(at, 1)));
    }

    // Best first; NaN, which CompareTo puts below all numbers, comes last.
    private static int Compare(in ScoredSegment left, in ScoredSegment right)
    {
        var byOrder = right.Order.CompareTo(left.Order);
        if (byOrder != 0)
            return byOrder;
        var byVideo = left.Place.Video.Value.CompareTo(right.Place.Video.Value);
        return byVideo != 0 ? byVideo : left.Place.Index.CompareTo(right.Place.Index);
    }
}
