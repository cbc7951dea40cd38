using TcMgc.Client;
using TcMgc.Search.Library;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>One search: what it needs, and the steps that searches by text and by still have in common.</summary>
internal abstract class VideoSearch(SearchContext context, SearchRequest request, CancellationToken cancel)
{
    private readonly long _started = context.Time.GetTimestamp();

    /// <summary>True where a segment was found that another model encoded: the index was bound to that model meanwhile.</summary>
    public bool FoundOtherModel { get; private set; }

    protected SearchContext Context => context;

    protected SearchRequest Request => request;

    protected CancellationToken Cancel => cancel;

    /// <summary>The only video that the query is about; null where it is about several.</summary>
    protected VideoId? OnlyVideo => request.Filter.Video is { } only ? new VideoId(only) : null;

    protected ShownVideos Shown { get; } =
        new(context.Catalog, context.Model.Id, request.Collection, request.Filter);

    /// <summary>Runs the stages in their order.</summary>
    public abstract ValueTask<SearchAnswer> AnswerAsync();

    /// <summary>The first stage: of moments it needs as many, of videos one in each.</summary>
    protected Candidates Candidates(int atLeast = 0)
    {
        var candidates = Math.Max(context.Options.Candidates, atLeast);
        return request.Rank == SearchRank.Video ? new(Shown, candidates, request.Results)
            : new(Shown, Math.Max(candidates, request.Results), 0);
    }

    /// <summary>Every segment of a video; none where it is not shown.</summary>
    protected async ValueTask<IEnumerable<SegmentId>> SegmentsOfAsync(VideoId video) =>
        await Shown.FindAsync(video, cancel) is { Segments: { } count }
            ? Enumerable.Range(0, count).Select(at => SegmentId.Of(video, context.Model.Id, at))
            : [];

    /// <summary>Notes whether a segment of the index is of the model that is searched with: its id follows from it.</summary>
    protected void CheckModel(SegmentPlace place) =>
        FoundOtherModel |= SegmentId.Of(place.Video, context.Model.Id, place.Index) != place.Id;

    /// <summary>The answer.</summary>
    /// <param name="ranking">All that was scored.</param>
    /// <param name="top">The results wanted, each the best segments of a video.</param>
    /// <param name="complete">Adds what is known of a segment beside its place and score.</param>
    protected async ValueTask<SearchAnswer> ResponseAsync(Ranking ranking, IEnumerable<ReadOnlyMemory<ScoredSegment>> top,
        Func<ScoredSegment, FoundSegment, FoundSegment>? complete = null)
    {
        var results = new List<SearchResult>();
        foreach (var segments in top)
            if (await Shown.FindAsync(segments.Span[0].Place.Video, cancel) is { } entry)
                results.Add(new(entry.Id.Value, entry.Name, entry.Source, entry.Duration,
                    [.. segments.ToArray().Select(Result)])
                {
                    Title = entry.Title,
                    Plays = VideoViews.PlaysOf(entry),
                    Named = segments.Span[0].NameRank is null ? null : ranking.Named[entry.Id].Texts,
                });
        return new(results, ranking.Count, context.Time.GetElapsedTime(_started));

        FoundSegment Result(ScoredSegment segment)
        {
            var place = segment.Place;
            var result = new FoundSegment(place.Id.Value, place.Start, place.End, segment.Moment, segment.Score);
            return complete is null ? result : complete(segment, result);
        }
    }
}
