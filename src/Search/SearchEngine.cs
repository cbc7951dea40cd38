using System.Collections.Concurrent;
using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search;

/// <summary>
/// Answers a sentence or a still image with videos, their best segments and the moments in them. Safe for concurrent use.
/// </summary>
/// <param name="model">The model that the index was made with.</param>
/// <param name="index">Segments and vectors.</param>
/// <param name="catalog">Says which videos may be shown, and their names.</param>
/// <param name="time">Measures how long an answer took.</param>
/// <param name="options">Bounds of the work.</param>
public sealed class SearchEngine(VideoTextModel model, IVectorIndex index, ICatalog catalog, TimeProvider time, SearchOptions options)
{
    private readonly ConcurrentBag<SegmentBatch> _batches = [];

    /// <summary>Finds what a sentence describes: candidates by their pooled vectors, then the model's score of each.</summary>
    /// <exception cref="UserException">The text is empty or too long, or the index is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The request is out of its ranges.</exception>
    public async ValueTask<SearchResponse> SearchAsync(string text, SearchRequest request, CancellationToken cancel)
    {
        var started = Check(request);
        CheckText(text);
        if (await BoundAsync(cancel).ConfigureAwait(false) is not { } bound)
            return Answer([], 0, started);
        TextFeatures query;
        using (SearchTelemetry.Begin("text", time))
            query = model.EncodeText(text, cancel);
        var scorer = new SegmentScorer(model, query);
        var shown = new ShownVideos(catalog, model.Id, request.Filter);
        var ranking = new VideoRanking(request.SegmentsEach);
        if (request.Exhaustive)
            await ScoreAllAsync(bound, scorer, shown, ranking, cancel).ConfigureAwait(false);
        else
            await ScoreNearestAsync(bound, query, scorer, shown, ranking, request, cancel).ConfigureAwait(false);
        var top = ranking.Top(request.Offset, request.Top);
        var explanations = request.Explain ? await ExplainAsync(bound, scorer, top, cancel).ConfigureAwait(false) : null;
        return Answer(await ResultsAsync(top, shown, explanations, cancel).ConfigureAwait(false), ranking.Count, started);
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
        if (await BoundAsync(cancel).ConfigureAwait(false) is null)
            return Answer([], 0, started);
        var (query, layout) = (ImageVector(rgb.Span, cancel), new byte[ColourLayout.Bytes]);
        ColourLayout.Of(rgb.Span, model.FrameSide, layout);
        return await SearchStillAsync(query, layout, null, request, started, cancel).ConfigureAwait(false);
    }

    /// <summary>Finds the moments that look like a segment: like its middle frame. The segment itself is left out.</summary>
    /// <returns>The answer; null where there is no such segment.</returns>
    /// <exception cref="UserException">The index is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The request is out of its ranges.</exception>
    public async ValueTask<SearchResponse?> SearchLikeAsync(SegmentId segment, SearchRequest request, CancellationToken cancel)
    {
        var started = Check(request);
        if (await BoundAsync(cancel).ConfigureAwait(false) is null
            || await index.FetchFramesAsync([segment], cancel).ConfigureAwait(false) is not [var own])
            return null;
        var (middle, query) = (own.Place.FrameTimes.Length / 2, new float[model.Width]);
        TensorPrimitives.ConvertToSingle(own.Frames.AsSpan(middle * query.Length, query.Length), query);
        var layout = own.Layouts.AsSpan(middle * ColourLayout.Bytes, ColourLayout.Bytes).ToArray();
        return await SearchStillAsync(query, layout, segment, request, started, cancel).ConfigureAwait(false);
    }

    private async ValueTask<SearchResponse> SearchStillAsync(
        float[] query, byte[] layout, SegmentId? leftOut, SearchRequest request, long started, CancellationToken cancel)
    {
        var shown = new ShownVideos(catalog, model.Id, request.Filter);
        var wanted = request.Exhaustive ? (int)Math.Clamp(await index.CountAsync(cancel).ConfigureAwait(false), 1, Array.MaxLength) : options.Candidates;
        var matches = await new Candidates(shown, wanted, request.Offset + request.Top)
            .FindAsync(count => index.NearestFramesAsync(query, count, cancel), match => match.Video, cancel).ConfigureAwait(false);
        matches.RemoveAll(match => match.Segment == leftOut);
        var ranking = new VideoRanking(request.SegmentsEach);
        await RankFramesAsync(matches, new(query, layout), ranking, cancel).ConfigureAwait(false);
        return Answer(await ResultsAsync(ranking.Top(request.Offset, request.Top), shown, null, cancel).ConfigureAwait(false), ranking.Count, started);
    }

    private long Check(SearchRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Top, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Top, SearchRequest.LargestTop, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.SegmentsEach, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfNegative(request.Offset, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Offset, SearchRequest.LargestTop, nameof(request));
        return time.GetTimestamp();
    }

    private void CheckText(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new UserException("the text is empty; describe what the video shows");
        if (text.Length > options.LongestText)
            throw new UserException($"the text has {text.Length} characters, at most {options.LongestText} are taken; describe the moment in a sentence");
    }

    /// <summary>The model of the index, which must be the loaded one; null where nothing was ever indexed.</summary>
    private async ValueTask<IndexModel?> BoundAsync(CancellationToken cancel)
    {
        var bound = await index.GetModelAsync(cancel).ConfigureAwait(false);
        if (bound is not null && bound.Id != model.Id)
            throw new UserException($"the index holds features of model {bound.Id}, the loaded model is {model.Id}; search with {bound.Id}, or index the videos again with {model.Id}");
        return bound;
    }

    private float[] ImageVector(ReadOnlySpan<byte> rgb, CancellationToken cancel)
    {
        var vector = new float[model.Width];
        model.EncodeFrames(rgb, 1, vector, cancel);
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm(vector), float.Epsilon), vector);
        return vector;
    }

    private async ValueTask ScoreNearestAsync(IndexModel bound, TextFeatures query, SegmentScorer scorer, ShownVideos shown, VideoRanking ranking,
        SearchRequest request, CancellationToken cancel)
    {
        List<SegmentMatch> matches;
        using (SearchTelemetry.Begin("candidates", time))
            matches = await new Candidates(shown, options.Candidates, request.Offset + request.Top)
                .FindAsync(count => index.NearestAsync(VectorSpace.Text, query.Query, count, cancel), match => match.Video, cancel).ConfigureAwait(false);
        var batch = Rent(bound, matches.Count);
        using (SearchTelemetry.Begin("fetch", time))
            await index.FetchAsync([.. matches.Select(match => match.Segment)], batch, cancel).ConfigureAwait(false);
        using (SearchTelemetry.Begin("score", time))
            await RankAsync(batch, scorer, shown, ranking, cancel).ConfigureAwait(false);
        _batches.Add(batch);
    }

    private async ValueTask ScoreAllAsync(IndexModel bound, SegmentScorer scorer, ShownVideos shown, VideoRanking ranking, CancellationToken cancel)
    {
        var batch = Rent(bound, options.ExhaustiveBatch);
        await foreach (var full in index.ReadAllAsync(batch, cancel).ConfigureAwait(false))
            await RankAsync(full, scorer, shown, ranking, cancel).ConfigureAwait(false);
        _batches.Add(batch);
    }

    private static async ValueTask RankAsync(SegmentBatch batch, SegmentScorer scorer, ShownVideos shown, VideoRanking ranking, CancellationToken cancel)
    {
        if (batch.Count == 0)
            return;
        var (scores, moments) = (new float[batch.Count], new float[batch.Count]);
        scorer.Score(batch, scores, moments, cancel);
        for (var at = 0; at < batch.Count; at++)
            if (await shown.FindAsync(batch.Places[at].Video, cancel).ConfigureAwait(false) is not null)
                ranking.Add(batch.Places[at], scores[at], moments[at]);
    }

    private async ValueTask RankFramesAsync(List<FrameMatch> matches, StillScorer scorer, VideoRanking ranking, CancellationToken cancel)
    {
        foreach (var some in matches.Select(match => match.Segment).Chunk(options.ExhaustiveBatch))
            foreach (var segment in await index.FetchFramesAsync(some, cancel).ConfigureAwait(false))
            {
                var (score, moment) = scorer.Best(segment);
                ranking.Add(segment.Place, score, moment);
            }
    }

    private async ValueTask<Dictionary<SegmentId, Explanation>> ExplainAsync(
        IndexModel bound, SegmentScorer scorer, List<ReadOnlyMemory<ScoredSegment>> videos, CancellationToken cancel)
    {
        var segments = videos.SelectMany(video => video.ToArray().Select(segment => segment.Place.Id)).ToList();
        var batch = Rent(bound, segments.Count);
        await index.FetchAsync(segments, batch, cancel).ConfigureAwait(false);
        var explanations = batch.Count == 0 ? [] : scorer.Explain(batch, cancel);
        var explained = explanations.Index().ToDictionary(entry => batch.Places[entry.Index].Id, entry => entry.Item);
        _batches.Add(batch);
        return explained;
    }

    private static async ValueTask<List<VideoResult>> ResultsAsync(List<ReadOnlyMemory<ScoredSegment>> videos, ShownVideos shown,
        Dictionary<SegmentId, Explanation>? explanations, CancellationToken cancel)
    {
        var results = new List<VideoResult>(videos.Count);
        foreach (var segments in videos)
            if (await shown.FindAsync(segments.Span[0].Place.Video, cancel).ConfigureAwait(false) is { } entry)
                results.Add(new(entry.Id, entry.Name, entry.Source, entry.Duration, [.. segments.ToArray().Select(segment => Result(segment, explanations))]));
        return results;
    }

    private static SegmentResult Result(ScoredSegment segment, Dictionary<SegmentId, Explanation>? explanations) =>
        new(segment.Place.Id, segment.Place.Start, segment.Place.End, segment.Moment, segment.Score, explanations?.GetValueOrDefault(segment.Place.Id));

    // Batches are megabytes; those of enough room are used again.
    private SegmentBatch Rent(IndexModel bound, int segments) =>
        _batches.TryTake(out var batch) && batch.Capacity >= segments ? batch : new(Math.Max(segments, options.Candidates), bound);

    private SearchResponse Answer(List<VideoResult> results, int scored, long started) => new(results, scored, time.GetElapsedTime(started));
}
