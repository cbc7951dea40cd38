using System.Numerics.Tensors;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// The second stage: segments scored with the texts of a query in one run of the model, and why they scored so. Valid until it is
/// disposed or the segments' batch is filled again.
/// </summary>
internal sealed class ScoredBatch : IDisposable
{
    private static readonly string[] s_contrasts = ["video-sentence", "video-word", "sentence-frame", "frame-word"];

    private readonly VideoTextModel _model;
    private readonly IReadOnlyList<EncodedText> _texts;
    private readonly SegmentBatch _batch;
    private readonly CandidateBatch _candidates;
    private readonly float[] _logits, _attention, _features;
    private readonly SeenWords?[] _words;

    private ScoredBatch(VideoTextModel model, IReadOnlyList<EncodedText> texts, SegmentBatch batch, CandidateBatch candidates,
        float[] logits, float[] features)
    {
        (_model, _texts, _batch, _candidates, _logits, _features) = (model, texts, batch, candidates, logits, features);
        _attention = candidates.FrameAttention.ToArray();
        _words = new SeenWords?[texts.Count];
    }

    /// <summary>Scores every segment of a batch of at least one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">The texts of a query.</param>
    /// <param name="batch">The segments.</param>
    /// <param name="gram">Count × P: as <see cref="FeatureCache.FetchAsync"/> gave it; empty where it is not known.</param>
    /// <param name="cancel">Stops before the run.</param>
    public static ScoredBatch Score(VideoTextModel model, IReadOnlyList<EncodedText> texts, SegmentBatch batch,
        ReadOnlySpan<float> gram, CancellationToken cancel)
    {
        var candidates = model.Candidates(batch.Count);
        try
        {
            batch.Vectors.AsSpan(0, candidates.Vectors.Length).CopyTo(candidates.Vectors);
            batch.Mask.AsSpan(0, candidates.Mask.Length).CopyTo(candidates.Mask);
            // A head that scores vectors alone takes no features; the best frame and explanations do.
            var own = candidates.Features.IsEmpty ? new float[batch.Count * batch.FramesEach * batch.Dimensions] : [];
            var features = own.Length > 0 ? own : candidates.Features;
            TensorPrimitives.ConvertToSingle(batch.Features.AsSpan(0, features.Length), features);
            var logits = candidates.Score([.. texts.Select(text => text.Features)], gram, cancel).ToArray();
            return new(model, texts, batch, candidates, logits, own);
        }
        catch
        {
            candidates.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A segment with its score: the texts' logits, each times its share, added up. The moment is the time of its best frame, by
    /// the head's attention, else by similarity with the sentences.
    /// </summary>
    public ScoredSegment this[int at]
    {
        get
        {
            var (place, score, corrected) = (_batch.Places[at], 0f, double.PositiveInfinity);
            for (var text = 0; text < _texts.Count; text++)
            {
                score += Logit(text, at) * _texts[text].Share;
                // All texts match no more likely than the least likely of them.
                if (_texts[text].Share > 0 && _model.Calibration is { } calibration)
                    corrected = Math.Min(corrected, calibration.Corrected(Logit(text, at), _texts[text].Shape));
            }
            return new(place, score, place.FrameTimes[BestFrame(at)]) { Corrected = corrected };
        }
    }

    /// <summary>Where the score of a segment comes from.</summary>
    public ScoreExplanation Explain(int at)
    {
        var evidence = new TextEvidence[_texts.Count];
        var frames = FeaturesOf(at);
        for (var text = 0; text < evidence.Length; text++)
            evidence[text] = new(_texts[text].Text.Text, _texts[text].Share, Logit(text, at),
                Contrasts(text, at), Frames(text, at, frames), Words(text).In(at));
        return new(evidence);
    }

    public void Dispose() => _candidates.Dispose();

    private float Logit(int text, int segment) => _logits[(text * _batch.Count) + segment];

    /// <summary>V × N × D: the segments' frame features as the model scored them.</summary>
    private ReadOnlySpan<float> Features => _features.Length > 0 ? _features : _candidates.Features;

    /// <summary>N × D: those of one segment.</summary>
    private ReadOnlySpan<float> FeaturesOf(int segment)
    {
        var values = _batch.FramesEach * _batch.Dimensions;
        return Features.Slice(segment * values, values);
    }

    private SeenWords Words(int text) => _words[text] ??= new(_model, _texts[text].Features, _batch, Features);

    /// <summary>Texts with a negative weight add no moment to the result.</summary>
    private int BestFrame(int segment)
    {
        var features = _attention.Length == 0 ? FeaturesOf(segment) : [];
        Span<float> frames = stackalloc float[_batch.Places[segment].FrameTimes.Length];
        frames.Clear();
        for (var text = 0; text < _texts.Count; text++)
            if (_texts[text].Share is > 0 and var share)
                for (var frame = 0; frame < frames.Length; frame++)
                    frames[frame] += share * (Attention(text, segment, frame) ?? Similarity(text, features, frame));
        return Math.Max(0, TensorPrimitives.IndexOfMax(frames));
    }

    private Contrast[] Contrasts(int text, int segment)
    {
        ReadOnlySpan<float> scores = _candidates.Contrasts, weights = _candidates.ContrastWeights;
        var pairs = _texts.Count * _batch.Count;
        var contrasts = new Contrast[scores.Length / pairs];
        for (var contrast = 0; contrast < contrasts.Length; contrast++)
        {
            var at = (contrast * pairs) + (text * _batch.Count) + segment;
            contrasts[contrast] = new(s_contrasts[contrast], scores[at], weights[at]);
        }
        return contrasts;
    }

    private FrameEvidence[] Frames(int text, int segment, ReadOnlySpan<float> features)
    {
        var times = _batch.Places[segment].FrameTimes;
        var frames = new FrameEvidence[times.Length];
        for (var frame = 0; frame < frames.Length; frame++)
            frames[frame] = new(times[frame], Similarity(text, features, frame), Attention(text, segment, frame));
        return frames;
    }

    /// <summary>The sentence's attention to a frame; null for heads without.</summary>
    private float? Attention(int text, int segment, int frame) =>
        _attention.Length == 0 ? null : _attention[(((text * _batch.Count) + segment) * _batch.FramesEach) + frame];

    private float Similarity(int text, ReadOnlySpan<float> features, int frame) =>
        Similarity(_texts[text].Features.Sentence, Row(features, frame));

    private ReadOnlySpan<float> Row(ReadOnlySpan<float> features, int frame) =>
        features.Slice(frame * _batch.Dimensions, _batch.Dimensions);

    /// <summary>Cosine; 0, which says that nothing is alike, for a zero vector, where it is undefined.</summary>
    internal static float Similarity(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        TensorPrimitives.CosineSimilarity(left, right) is var cosine && float.IsFinite(cosine) ? cosine : 0;
}
