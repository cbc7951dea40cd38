using System.Numerics.Tensors;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Transcripts;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// Answers sentences or a still image with videos, their best segments and the moments in them. Safe for concurrent use.
/// </summary>
public sealed class SearchEngine : IDisposable
{
    /// <summary>The answer of an index in which nothing was ever indexed.</summary>
    private static readonly SearchAnswer s_nothing = new([], 0, TimeSpan.Zero);

    private readonly SearchContext _context;
    private readonly BoundModel _bound;

    /// <summary>Prepares searches; reads nothing yet.</summary>
    /// <param name="model">The model that the index was made with.</param>
    /// <param name="index">Segments and vectors.</param>
    /// <param name="catalog">Says which videos may be shown, and their names.</param>
    /// <param name="time">Measures how long an answer took.</param>
    /// <param name="options">Bounds of the work.</param>
    /// <param name="transcripts">What is said in the videos; null where that is not known.</param>
    public SearchEngine(VideoTextModel model, IVectorIndex index, ICatalog catalog, TimeProvider time, SearchOptions options,
        ITranscriptIndex? transcripts = null)
    {
        _context = new(model, index, catalog, time, options, transcripts, new(Environment.ProcessorCount));
        _bound = new(index, model.Id);
    }

    /// <summary>
    /// Reads what the first search would wait for: the text encoder's weights, and the vectors of an index that is searched in
    /// memory. Nothing where nothing was ever indexed.
    /// </summary>
    /// <exception cref="UserException">The index is another model's, or cannot be read.</exception>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        if (await _bound.GetAsync(cancel) is not { } bound)
            return;
        await _context.Threads.RunAsync(_ => _context.Model.EncodeText("", cancel));
        await _context.Index.NearestAsync(CollectionId.Default, VectorSpace.Text, new float[bound.Dimensions], 1, cancel);
    }

    /// <summary>Finds what a sentence describes; as several texts of which it is the only one.</summary>
    /// <inheritdoc cref="SearchAsync(IReadOnlyList{WeightedText}, SearchRequest, CancellationToken)"/>
    public ValueTask<SearchAnswer> SearchAsync(string text, SearchRequest request, CancellationToken cancel) =>
        SearchAsync([new WeightedText(text)], request, cancel);

    /// <summary>
    /// Finds what texts describe together, less what those with a negative weight describe: candidates by their pooled vectors,
    /// then the model's score of each. In a single video every segment is scored.
    /// </summary>
    /// <exception cref="UserException">
    /// There are none or too many texts, one is empty or too long, a weight is wrong, or the index is another model's.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The request is out of its ranges.</exception>
    public async ValueTask<SearchAnswer> SearchAsync(
        IReadOnlyList<WeightedText> texts, SearchRequest request, CancellationToken cancel)
    {
        request.Check();
        if (QueryTexts.Problem(texts, _context.Options.LongestText) is { } problem)
            throw new UserException(problem.Reason);
        if (await _bound.GetAsync(cancel) is not { } bound)
            return s_nothing;
        using var search = new TextSearch(_context, bound, texts, request, cancel);
        return await AnswerAsync(search, cancel);
    }

    /// <summary>Finds the moments that look like a still.</summary>
    /// <param name="rgb">S × S × 3 bytes, rows of RGB24: the still, prepared as frames of videos are.</param>
    /// <param name="request">How much of an answer is wanted.</param>
    /// <param name="cancel">Stops the search.</param>
    /// <exception cref="UserException">The index is another model's.</exception>
    /// <exception cref="ArgumentException">The image has not the model's size, or the request is out of its ranges.</exception>
    public async ValueTask<SearchAnswer> SearchImageAsync(
        ReadOnlyMemory<byte> rgb, SearchRequest request, CancellationToken cancel)
    {
        request.Check();
        var model = _context.Model;
        if (rgb.Length != model.FrameBytes)
            throw new ArgumentException($"an image of {model.FrameSide}×{model.FrameSide} RGB24 has {model.FrameBytes} bytes, "
                + $"not {rgb.Length}", nameof(rgb));
        if (await _bound.GetAsync(cancel) is null)
            return s_nothing;
        var layout = new byte[ColourLayout.Bytes];
        ColourLayout.Of(rgb.Span, model.FrameSide, layout);
        return await AnswerAsync(new StillSearch(_context, Embedding(rgb.Span, cancel), layout, null, request, cancel), cancel);
    }

    /// <summary>Finds the moments that look like a segment: like its middle frame. The segment itself is left out.</summary>
    /// <returns>The answer; null where the collection has no such segment.</returns>
    /// <exception cref="UserException">The index is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The request is out of its ranges.</exception>
    public async ValueTask<SearchAnswer?> SearchLikeAsync(SegmentId segment, SearchRequest request, CancellationToken cancel)
    {
        request.Check();
        if (await _bound.GetAsync(cancel) is null
            || await _context.Index.FetchFramesAsync([segment], cancel) is not [var own]
            || await _context.Catalog.GetAsync(own.Place.Video, cancel) is not { } entry
            || entry.State == Shared.Catalog.VideoState.Deleted || entry.Collection != request.Collection)
            return null;
        var (middle, embedding) = (own.Place.FrameTimes.Length / 2, new float[_context.Model.Width]);
        TensorPrimitives.ConvertToSingle(own.Frames.AsSpan(middle * embedding.Length, embedding.Length), embedding);
        var layout = own.Layouts.AsSpan(middle * ColourLayout.Bytes, ColourLayout.Bytes).ToArray();
        return await AnswerAsync(new StillSearch(_context, embedding, layout, segment, request, cancel), cancel);
    }

    /// <summary>
    /// Runs a search with the remembered model. An index that was bound to another one meanwhile gives segments of that model,
    /// nothing, or an error: then the model is asked for again.
    /// </summary>
    private async ValueTask<SearchAnswer> AnswerAsync(VideoSearch search, CancellationToken cancel)
    {
        try
        {
            var response = await search.AnswerAsync();
            if (!search.FoundOtherModel && response.Scored > 0)
                return response;
            _bound.Forget();
            await _bound.GetAsync(cancel);
            return response;
        }
        catch (UserException)
        {
            _bound.Forget();
            throw;
        }
    }

    /// <summary>Ends the threads that run the model; no search may be under way.</summary>
    public void Dispose() => _context.Dispose();

    private float[] Embedding(ReadOnlySpan<byte> rgb, CancellationToken cancel)
    {
        var vector = new float[_context.Model.Width];
        _context.Model.EncodeFrames(rgb, 1, vector, cancel);
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm(vector), float.Epsilon), vector);
        return vector;
    }
}
