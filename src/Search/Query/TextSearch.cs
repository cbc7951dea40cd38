using TcMgc.Client;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>One search for what texts describe. Below <see cref="AnswerAsync"/> its stages stand in their order.</summary>
internal sealed class TextSearch(
    SearchContext context, IndexModel bound, IReadOnlyList<WeightedText> texts, SearchRequest request, CancellationToken cancel)
    : VideoSearch(context, request, cancel), IDisposable
{
    private IReadOnlyList<EncodedText> _encoded = [];
    private Ranking _ranking = new(request);
    private SegmentBatch? _batch;
    private ScoredBatch? _scored;
    private int _scoredBatches;
    private ScoreConfidence? _confidence;
    private List<ReadOnlyMemory<ScoredSegment>> _top = [];
    private readonly Dictionary<SegmentId, ScoreExplanation> _explanations = [];

    public override async ValueTask<SearchAnswer> AnswerAsync()
    {
        await EncodeTextsAsync();
        await FindWordsAsync();
        if (OnlyVideo is { } video)
            await ScoreVideoAsync(video);
        else if (Request.Exhaustive)
            await ScoreAllAsync();
        else
            await ScoreAsync(await FindCandidatesAsync());
        await JudgeAsync();
        if (Request.Explain)
            await ExplainAsync();
        return await RespondAsync();
    }

    public void Dispose()
    {
        _scored?.Dispose();
        if (_batch is not null)
            Context.ReturnBatch(_batch);
    }

    private async ValueTask EncodeTextsAsync()
    {
        using var _ = SearchTelemetry.Begin(SpanNames.Text, Context.Time);
        var features = await Context.Texts.EncodeAsync(Request.Collection, texts.Select(text => text.Text), Cancel);
        _encoded = EncodedText.Of(texts, Context.Model, features);
    }

    /// <summary>
    /// The segments in which words of texts with a positive weight are said, and the videos that they name, unless those do not
    /// count.
    /// </summary>
    private async ValueTask FindWordsAsync()
    {
        var wanted = texts.Where(text => text.Weight > 0).Select(text => text.Text).ToList();
        _ranking = new(Request)
        {
            Spoken = await FindSpokenAsync(wanted),
            Named = await FindNamedAsync(wanted),
            Weights = new(Context.Options.TranscriptWeight, Context.Options.NameWeight),
        };
    }

    private async ValueTask<Dictionary<VideoId, NamedVideo>> FindNamedAsync(IEnumerable<string> wanted)
    {
        if (Context.Options.NameWeight == 0 || OnlyVideo is not null)
            return [];
        using var _ = SearchTelemetry.Begin(SpanNames.Names, Context.Time);
        return await new NamedVideos(Context.Catalog, Request.Collection, Shown).FindAsync(wanted, Cancel);
    }

    private async ValueTask<Dictionary<SegmentId, SpokenSegment>> FindSpokenAsync(IEnumerable<string> wanted)
    {
        if (Context.Transcripts is not { } transcripts || Context.Options.TranscriptWeight == 0)
            return [];
        using var _ = SearchTelemetry.Begin(SpanNames.Transcripts, Context.Time);
        var spoken = new SpokenSegments(transcripts, Request.Collection, Context.Index, Context.Model.Id, Shown);
        return await spoken.FindAsync(wanted, OnlyVideo, Cancel);
    }

    /// <summary>
    /// The nearest segments of all texts together and of each with a positive weight, those in which words are said, and some of
    /// each video that words name.
    /// </summary>
    private async ValueTask<SegmentId[]> FindCandidatesAsync()
    {
        using var _ = SearchTelemetry.Begin(SpanNames.Candidates, Context.Time);
        var found = _ranking.Spoken.Keys.ToHashSet();
        foreach (var video in _ranking.Named.Keys)
            if (await Shown.FindAsync(video, Cancel) is { Segments: { } count })
                found.UnionWith(NamedVideos.SegmentsOf(count).Select(at => SegmentId.Of(video, Context.Model.Id, at)));
        foreach (var query in EncodedText.Queries(_encoded))
            foreach (var match in await Candidates().FindAsync(
                count => Context.Index.NearestAsync(Request.Collection, VectorSpace.Text, query, count, Cancel),
                match => match.Video, Cancel))
                found.Add(match.Segment);
        return [.. found];
    }

    /// <summary>Scores segments in one run of the model.</summary>
    private async ValueTask ScoreAsync(SegmentId[] segments)
    {
        _batch ??= Context.RentBatch(bound, segments.Length);
        float[] gram;
        using (SearchTelemetry.Begin(SpanNames.Fetch, Context.Time))
            gram = await Context.Features.FetchAsync(segments, Shown, _batch, Cancel);
        using (SearchTelemetry.Begin(SpanNames.Score, Context.Time))
            await RankAsync(_batch, gram);
    }

    private async ValueTask ScoreVideoAsync(VideoId video)
    {
        foreach (var some in (await SegmentsOfAsync(video)).Chunk(Context.Options.ExhaustiveBatch))
            await ScoreAsync(some);
    }

    private async ValueTask ScoreAllAsync()
    {
        _batch = Context.RentBatch(bound, Context.Options.ExhaustiveBatch);
        await foreach (var full in Context.Index.ReadAllAsync(Request.Collection, _batch, Cancel))
            await RankAsync(full, []);
    }

    private async ValueTask RankAsync(SegmentBatch batch, float[] gram)
    {
        if (batch.Count == 0)
            return;
        CheckModel(batch.Places[0]);
        await ScoreAsync(batch, gram);
        for (var at = 0; at < batch.Count; at++)
            if (await Shown.FindAsync(batch.Places[at].Video, Cancel) is not null)
                _ranking.Add(_scored![at]);
    }

    /// <summary>
    /// Scores a batch, and keeps it to explain it. It is little work where what no text changes is known; else it takes its turn
    /// on all processors.
    /// </summary>
    private async ValueTask ScoreAsync(SegmentBatch batch, float[] gram)
    {
        var scored = gram.Length > 0 ? Score() : await Context.Threads.RunAsync(_ => Score());
        _scored?.Dispose();
        (_scored, _scoredBatches) = (scored, _scoredBatches + 1);

        ScoredBatch Score() => ScoredBatch.Score(Context.Model, _encoded, batch, gram, Cancel);
    }

    /// <summary>How sure results are, where the model is calibrated, and with it which are shown.</summary>
    private async ValueTask JudgeAsync()
    {
        if (Context.Model.Calibration is { } calibration)
        {
            // Fewer candidates than asked for are all segments that there are; else they stand for the whole collection.
            var all = Request.Exhaustive || OnlyVideo is not null || _ranking.Count < Context.Options.Candidates;
            var segments = all ? _ranking.Count : await Context.IndexSize.SegmentsAsync(Request.Collection, Cancel);
            _confidence = new(calibration, segments, Request.Threshold ?? calibration.Threshold, Context.Unfamiliar is { } footage
                ? await footage.AmongAsync(_ranking.First(Math.Max(Request.Results, Context.Options.Candidates)), Cancel)
                : null);
        }
        _top = _ranking.Top(_confidence is null ? null : _confidence.Shows);
    }

    /// <summary>
    /// Explains the results from what was scored. Of several batches, as an exhaustive search has them, only the last is kept:
    /// then the results alone are scored once more.
    /// </summary>
    private async ValueTask ExplainAsync()
    {
        var segments = _top.SelectMany(video => video.ToArray()).Select(segment => segment.Place.Id).ToHashSet();
        if (_scoredBatches == 1)
            Explain(segments);
        else if (_batch is not null)
            foreach (var some in segments.Chunk(_batch.Capacity))
            {
                var gram = await Context.Features.FetchAsync(some, Shown, _batch, Cancel);
                if (_batch.Count == 0)
                    continue; // Deleted meanwhile.
                await ScoreAsync(_batch, gram);
                Explain(segments);
            }
    }

    private void Explain(HashSet<SegmentId> segments)
    {
        for (var at = 0; at < _batch!.Count; at++)
            if (_batch.Places[at].Id is var id && segments.Contains(id))
                _explanations[id] = _scored!.Explain(at);
    }

    private async ValueTask<SearchAnswer> RespondAsync()
    {
        var response = await ResponseAsync(_ranking, _top, (segment, result) => result with
        {
            Confidence = _confidence?.Of(segment),
            Unfamiliar = _confidence?.IsUnfamiliar(segment),
            Said = _ranking.Spoken.GetValueOrDefault(segment.Place.Id)?.Said,
            Explanation = _explanations.GetValueOrDefault(segment.Place.Id) is { } explanation
                ? explanation with { Fusion = _ranking.FusionOf(segment)?.ToFusion() } : null,
        });
        return _confidence is not { } known ? response with { More = _ranking.HasMore() }
            : response with
            {
                Threshold = known.Threshold,
                Weaker = _ranking.Below(known.Shows),
                More = _ranking.HasMore(known.Shows),
            };
    }
}
