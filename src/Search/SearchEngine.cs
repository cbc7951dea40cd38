using System.Collections.Concurrent;
using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search;

/// <summary>
/// Answers sentences or a still image with videos, their best segments and the moments in them. Safe for concurrent use.
/// </summary>
/// <param name="model">The model that the index was made with.</param>
/// <param name="index">Segments and vectors.</param>
/// <param name="catalog">Says which videos may be shown, and their names.</param>
/// <param name="time">Measures how long an answer took.</param>
/// <param name="options">Bounds of the work.</param>
/// <param name="transcripts">What is said in the videos; null where that is not known.</param>
public sealed class SearchEngine(
    VideoTextModel model, IVectorIndex index, ICatalog catalog, TimeProvider time, SearchOptions options, TranscriptIndex? transcripts = null)
{
    private readonly ConcurrentBag<SegmentBatch> _batches = [];
    private readonly IndexSize _size = new(index, time);
    private readonly RecentlyUsed<string, TextFeatures> _texts = new(options.CachedTexts, _ => 1);
    private readonly FeatureCache _features = new(index, options.FeatureCacheBytes);

    /// <summary>Finds what a sentence describes; as several texts of which it is the only one.</summary>
    /// <inheritdoc cref="SearchAsync(IReadOnlyList{WeightedText}, SearchRequest, CancellationToken)"/>
    public ValueTask<SearchResponse> SearchAsync(string text, SearchRequest request, CancellationToken cancel) =>
        SearchAsync([new WeightedText(text)], request, cancel);

    /// <summary>
    /// Finds what texts describe together, less what they say is not there: candidates by their pooled vectors, then the model's
    /// score of each. In a single video every segment is scored.
    /// </summary>
    /// <exception cref="UserException">There are none or too many texts, one is empty or too long, a weight is wrong, or the index is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The request is out of its ranges.</exception>
    public async ValueTask<SearchResponse> SearchAsync(IReadOnlyList<WeightedText> texts, SearchRequest request, CancellationToken cancel)
    {
        var started = Check(request);
        if (WeightedText.Problem(texts, options.LongestText) is { } problem)
            throw new UserException(problem.Reason);
        if (await BoundAsync(cancel) is not { } bound)
            return Answer([], 0, started);
        IReadOnlyList<EncodedText> encoded;
        using (SearchTelemetry.Begin(SpanNames.Text, time))
            encoded = EncodedText.Of(texts, text => Encode(text, cancel));
        var scorer = new SegmentScorer(model, encoded);
        var shown = new ShownVideos(catalog, model.Id, request.Filter);
        var ranking = new Ranking(request)
        {
            Spoken = await SpokenAsync(texts, shown, request, cancel),
            TranscriptWeight = options.TranscriptWeight,
        };
        if (request.Filter.Video is { } video)
            foreach (var some in (await SegmentsOfAsync(video, shown, cancel)).Chunk(options.ExhaustiveBatch))
                await ScoreAsync(bound, some, scorer, shown, ranking, cancel);
        else if (request.Exhaustive)
            await ScoreAllAsync(bound, scorer, shown, ranking, cancel);
        else
            await ScoreAsync(bound, await NearestAsync(encoded, shown, ranking, request, cancel), scorer, shown, ranking, cancel);
        var confidence = await ConfidenceAsync(request, ranking.Count, cancel);
        var top = ranking.Top(confidence is null ? null : confidence.Shows);
        var explanations = request.Explain ? await ExplainAsync(bound, scorer, shown, top, cancel) : null;
        var results = await ResultsAsync(ranking, top, shown, confidence, explanations, cancel);
        return Answer(results, ranking.Count, started) with { Threshold = confidence?.Threshold, Weaker = confidence is null ? 0 : ranking.Below(confidence.Shows) };
    }

    /// <summary>How sure results are: known where the model is calibrated.</summary>
    private async ValueTask<ScoreConfidence?> ConfidenceAsync(SearchRequest request, int scored, CancellationToken cancel)
    {
        if (model.Calibration is not { } calibration)
            return null;
        // Fewer than asked for are all that there are; else the candidates stand for the whole index.
        var all = request.Exhaustive || request.Filter.Video is not null || scored < options.Candidates;
        var segments = all ? scored : await _size.SegmentsAsync(cancel);
        return new(calibration, segments, request.Threshold ?? calibration.Threshold);
    }

    /// <summary>
    /// Finds the moments that look like a still: candidates by the nearest frame of each segment, exact over every frame of the
    /// index, then embedding and colours together.
    /// </summary>
    /// <param name="rgb">S × S × 3 bytes, rows of RGB24: the still, prepared as frames of videos are.</param>
    /// <param name="request">How much of an answer is wanted.</param>
    /// <param name="cancel">Stops the search.</param>
    /// <exception cref="UserException">The index is another model's.</exception>
    /// <exception cref="ArgumentException">The image has not the model's size, or the request is out of its ranges.</exception>
    public async ValueTask<SearchResponse> SearchImageAsync(ReadOnlyMemory<byte> rgb, SearchRequest request, CancellationToken cancel)
    {
        var started = Check(request);
        if (rgb.Length != model.FrameBytes)
            throw new ArgumentException($"an image of {model.FrameSide}×{model.FrameSide} RGB24 has {model.FrameBytes} bytes, not {rgb.Length}", nameof(rgb));
        if (await BoundAsync(cancel) is null)
            return Answer([], 0, started);
        var (query, layout) = (ImageVector(rgb.Span, cancel), new byte[ColourLayout.Bytes]);
        ColourLayout.Of(rgb.Span, model.FrameSide, layout);
        return await SearchStillAsync(query, layout, null, request, started, cancel);
    }

    /// <summary>Finds the moments that look like a segment: like its middle frame. The segment itself is left out.</summary>
    /// <returns>The answer; null where there is no such segment.</returns>
    /// <exception cref="UserException">The index is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The request is out of its ranges.</exception>
    public async ValueTask<SearchResponse?> SearchLikeAsync(SegmentId segment, SearchRequest request, CancellationToken cancel)
    {
        var started = Check(request);
        if (await BoundAsync(cancel) is null
            || await index.FetchFramesAsync([segment], cancel) is not [var own])
            return null;
        var (middle, query) = (own.Place.FrameTimes.Length / 2, new float[model.Width]);
        TensorPrimitives.ConvertToSingle(own.Frames.AsSpan(middle * query.Length, query.Length), query);
        var layout = own.Layouts.AsSpan(middle * ColourLayout.Bytes, ColourLayout.Bytes).ToArray();
        return await SearchStillAsync(query, layout, segment, request, started, cancel);
    }

    private async ValueTask<SearchResponse> SearchStillAsync(
        float[] query, byte[] layout, SegmentId? leftOut, SearchRequest request, long started, CancellationToken cancel)
    {
        var shown = new ShownVideos(catalog, model.Id, request.Filter);
        IEnumerable<SegmentId> segments;
        if (request.Filter.Video is { } video)
            segments = await SegmentsOfAsync(video, shown, cancel);
        else
        {
            var all = request.Exhaustive ? (int)Math.Clamp(await index.CountAsync(cancel), 1, Array.MaxLength) : 0;
            segments = (await CandidatesOf(request, shown, all).FindAsync(count => index.NearestFramesAsync(query, count, cancel), match => match.Video, cancel)).Select(match => match.Segment);
        }
        var ranking = new Ranking(request);
        await RankFramesAsync(segments.Where(segment => segment != leftOut), new(query, layout), ranking, cancel);
        return Answer(await ResultsAsync(ranking, ranking.Top(), shown, null, null, cancel), ranking.Count, started);
    }

    /// <summary>The first stage of a request: of moments it needs as many, of videos one in each.</summary>
    private Candidates CandidatesOf(SearchRequest request, ShownVideos shown, int atLeast = 0)
    {
        var results = request.Offset + request.Top;
        return request.Rank == SearchRank.Video
            ? new(shown, Math.Max(options.Candidates, atLeast), results)
            : new(shown, Math.Max(Math.Max(options.Candidates, results), atLeast), 0);
    }

    /// <summary>Every segment of a video; none where it is not shown.</summary>
    private async ValueTask<IEnumerable<SegmentId>> SegmentsOfAsync(VideoId video, ShownVideos shown, CancellationToken cancel) =>
        await shown.FindAsync(video, cancel) is { Segments: { } count }
            ? Enumerable.Range(0, count).Select(at => SegmentId.Of(video, model.Id, at))
            : [];

    private long Check(SearchRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Top, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Top, SearchRequest.LargestTop, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.SegmentsEach, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfNegative(request.Offset, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Offset, SearchRequest.LargestTop, nameof(request));
        if (request.Threshold is { } threshold && !(threshold is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(request), threshold, "the threshold must be from 0 to 1");
        return time.GetTimestamp();
    }

    /// <summary>The model of the index, which must be the loaded one; null where nothing was ever indexed.</summary>
    private async ValueTask<IndexModel?> BoundAsync(CancellationToken cancel)
    {
        var bound = await index.GetModelAsync(cancel);
        if (bound is not null && bound.Id != model.Id)
            throw new UserException($"the index holds features of model {bound.Id}, the loaded model is {model.Id}; search with {bound.Id}, or index the videos again with {model.Id}");
        return bound;
    }

    private TextFeatures Encode(string text, CancellationToken cancel)
    {
        var known = _texts.TryGet(text, out var features);
        SearchTelemetry.Cached("texts", known ? 1 : 0, known ? 0 : 1);
        if (!known)
            _texts.Add(text, features = model.EncodeText(text, cancel));
        return features!;
    }

    private float[] ImageVector(ReadOnlySpan<byte> rgb, CancellationToken cancel)
    {
        var vector = new float[model.Width];
        model.EncodeFrames(rgb, 1, vector, cancel);
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm(vector), float.Epsilon), vector);
        return vector;
    }

    /// <summary>The segments in which words of the wanted texts are said; none where transcripts do not count.</summary>
    private async ValueTask<Dictionary<SegmentId, SpokenSegment>> SpokenAsync(
        IReadOnlyList<WeightedText> texts, ShownVideos shown, SearchRequest request, CancellationToken cancel)
    {
        if (transcripts is null || options.TranscriptWeight == 0)
            return [];
        using var _ = SearchTelemetry.Begin(SpanNames.Transcripts, time);
        return await new SpokenSegments(transcripts, index, model.Id, shown)
            .FindAsync(texts.Where(text => text.Weight > 0).Select(text => text.Text), request.Filter.Video, cancel);
    }

    /// <summary>The candidates of all texts together and of each wanted one, and where their words are said.</summary>
    private async ValueTask<SegmentId[]> NearestAsync(
        IReadOnlyList<EncodedText> texts, ShownVideos shown, Ranking ranking, SearchRequest request, CancellationToken cancel)
    {
        using var _ = SearchTelemetry.Begin(SpanNames.Candidates, time);
        var found = ranking.Spoken.Keys.ToHashSet();
        foreach (var query in EncodedText.Queries(texts))
            foreach (var match in await CandidatesOf(request, shown)
                .FindAsync(count => index.NearestAsync(VectorSpace.Text, query, count, cancel), match => match.Video, cancel))
                found.Add(match.Segment);
        return [.. found];
    }

    /// <summary>Scores segments in one graph call.</summary>
    private async ValueTask ScoreAsync(IndexModel bound, SegmentId[] segments, SegmentScorer scorer, ShownVideos shown, Ranking ranking, CancellationToken cancel)
    {
        var batch = Rent(bound, segments.Length);
        using (SearchTelemetry.Begin(SpanNames.Fetch, time))
            await _features.FetchAsync(segments, shown, batch, cancel);
        using (SearchTelemetry.Begin(SpanNames.Score, time))
            await RankAsync(batch, scorer, shown, ranking, cancel);
        _batches.Add(batch);
    }

    private async ValueTask ScoreAllAsync(IndexModel bound, SegmentScorer scorer, ShownVideos shown, Ranking ranking, CancellationToken cancel)
    {
        var batch = Rent(bound, options.ExhaustiveBatch);
        await foreach (var full in index.ReadAllAsync(batch, cancel))
            await RankAsync(full, scorer, shown, ranking, cancel);
        _batches.Add(batch);
    }

    private static async ValueTask RankAsync(SegmentBatch batch, SegmentScorer scorer, ShownVideos shown, Ranking ranking, CancellationToken cancel)
    {
        if (batch.Count == 0)
            return;
        var scored = new ScoredSegment[batch.Count];
        scorer.Score(batch, scored, cancel);
        foreach (var segment in scored)
            if (await shown.FindAsync(segment.Place.Video, cancel) is not null)
                ranking.Add(segment);
    }

    private async ValueTask RankFramesAsync(IEnumerable<SegmentId> segments, StillScorer scorer, Ranking ranking, CancellationToken cancel)
    {
        foreach (var some in segments.Chunk(options.ExhaustiveBatch))
            foreach (var segment in await index.FetchFramesAsync(some, cancel))
            {
                var (score, moment) = scorer.Best(segment);
                ranking.Add(new(segment.Place, score, moment));
            }
    }

    private async ValueTask<Dictionary<SegmentId, Explanation>> ExplainAsync(
        IndexModel bound, SegmentScorer scorer, ShownVideos shown, List<ReadOnlyMemory<ScoredSegment>> videos, CancellationToken cancel)
    {
        var segments = videos.SelectMany(video => video.ToArray().Select(segment => segment.Place.Id)).ToList();
        var batch = Rent(bound, segments.Count);
        await _features.FetchAsync(segments, shown, batch, cancel);
        var explanations = batch.Count == 0 ? [] : scorer.Explain(batch, cancel);
        var explained = explanations.Index().ToDictionary(entry => batch.Places[entry.Index].Id, entry => entry.Item);
        _batches.Add(batch);
        return explained;
    }

    private static async ValueTask<List<VideoResult>> ResultsAsync(
        Ranking ranking, List<ReadOnlyMemory<ScoredSegment>> videos, ShownVideos shown, ScoreConfidence? confidence,
        Dictionary<SegmentId, Explanation>? explanations, CancellationToken cancel)
    {
        var results = new List<VideoResult>(videos.Count);
        foreach (var segments in videos)
            if (await shown.FindAsync(segments.Span[0].Place.Video, cancel) is { } entry)
                results.Add(new(entry.Id, entry.Name, entry.Source, entry.Duration, [.. segments.ToArray().Select(segment => Result(segment, ranking, confidence, explanations))]));
        return results;
    }

    private static SegmentResult Result(ScoredSegment segment, Ranking ranking, ScoreConfidence? confidence, Dictionary<SegmentId, Explanation>? explanations)
    {
        var explanation = explanations?.GetValueOrDefault(segment.Place.Id);
        return new(segment.Place.Id, segment.Place.Start, segment.Place.End, segment.Moment, segment.Score,
            explanation is null ? null : explanation with { Fusion = ranking.FusionOf(segment) })
        {
            Confidence = confidence?.Of(segment),
            Said = ranking.Spoken.GetValueOrDefault(segment.Place.Id)?.Said,
        };
    }

    // Batches are megabytes; those of enough room are used again.
    private SegmentBatch Rent(IndexModel bound, int segments) =>
        _batches.TryTake(out var batch) && batch.Capacity >= segments ? batch : new(Math.Max(segments, options.Candidates), bound);

    private SearchResponse Answer(List<VideoResult> results, int scored, long started) => new(results, scored, time.GetElapsedTime(started));
}
