using TcMgc.Client;
using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>
/// One search for what looks like a still: candidates by the nearest frame of each segment, exact over every frame of the index,
/// then embedding and colours together.
/// </summary>
/// <param name="context">What all searches share.</param>
/// <param name="embedding">D: the still's unit embedding.</param>
/// <param name="layout">The still's colour layout.</param>
/// <param name="leftOut">A segment that is no result; null where all may be.</param>
/// <param name="request">How much of an answer is wanted.</param>
/// <param name="cancel">Stops the search.</param>
internal sealed class StillSearch(
    SearchContext context, float[] embedding, byte[] layout, SegmentId? leftOut, SearchRequest request, CancellationToken cancel)
    : VideoSearch(context, request, cancel)
{
    private readonly StillScorer _scorer = new(embedding, layout);
    private readonly Ranking _ranking = new(request);

    public override async ValueTask<SearchAnswer> AnswerAsync()
    {
        var segments = OnlyVideo is { } video ? await SegmentsOfAsync(video) : await FindCandidatesAsync();
        await ScoreAsync(segments.Where(segment => segment != leftOut));
        return await ResponseAsync(_ranking, _ranking.Top()) with { More = _ranking.HasMore() };
    }

    private async ValueTask<IEnumerable<SegmentId>> FindCandidatesAsync()
    {
        var all = Request.Exhaustive ? (int)Math.Clamp(await SegmentsAsync(), 1, Array.MaxLength) : 0;
        var matches = await Candidates(all).FindAsync(
            count => Context.Index.NearestFramesAsync(Request.Collection, embedding, count, Cancel), match => match.Video,
            Cancel);
        return matches.Select(match => match.Segment);
    }

    private async ValueTask<long> SegmentsAsync() =>
        (await Context.Catalog.TotalsAsync(Request.Collection, Cancel)).Segments;

    private async ValueTask ScoreAsync(IEnumerable<SegmentId> segments)
    {
        foreach (var some in segments.Chunk(Context.Options.ExhaustiveBatch))
            foreach (var segment in await Context.Index.FetchFramesAsync(some, Cancel))
            {
                CheckModel(segment.Place);
                var (score, moment) = _scorer.Best(segment);
                _ranking.Add(new(segment.Place, score, moment));
            }
    }
}
