using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Model.Calibration;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search;

/// <summary>The second stage: scores a batch of segments with the texts of a query in one run.</summary>
internal sealed class SegmentScorer(VideoTextModel model, IReadOnlyList<EncodedText> texts)
{
    private static readonly string[] s_contrasts = ["video-sentence", "video-word", "sentence-frame", "frame-word"];

    private readonly TextFeatures[] _features = [.. texts.Select(text => text.Features)];
    private readonly TextShape[] _shapes = [.. texts.Select(text => model.ShapeOf(text.Features.Tokens))];

    /// <summary>
    /// Scores every segment of the batch: the texts' logits, each times its share, added up. The moment is the time of its best frame, by the
    /// head's attention, else by similarity with the wanted sentences.
    /// </summary>
    /// <param name="batch">At least one segment.</param>
    /// <param name="scored">Receives them in the batch's order.</param>
    /// <param name="cancel">Stops the run early.</param>
    public void Score(SegmentBatch batch, Span<ScoredSegment> scored, CancellationToken cancel)
    {
        using var candidates = Run(batch, cancel, out var logits);
        var scores = new float[batch.Count];
        for (var text = 0; text < texts.Count; text++)
            TensorPrimitives.MultiplyAdd(logits.Slice(text * batch.Count, batch.Count), texts[text].Share, scores, scores);
        Span<float> frames = stackalloc float[batch.FramesEach];
        for (var at = 0; at < batch.Count; at++)
        {
            var times = batch.Places[at].FrameTimes;
            var moment = times[BestFrame(batch, at, candidates.FrameAttention, frames[..times.Length])];
            scored[at] = new(batch.Places[at], scores[at], moment) { Corrected = Corrected(logits, at, batch.Count) };
        }
    }

    /// <summary>All that is wanted is there no more likely than what is least likely of it.</summary>
    private double Corrected(ReadOnlySpan<float> logits, int segment, int segments)
    {
        var least = double.PositiveInfinity;
        for (var text = 0; text < texts.Count; text++)
            if (texts[text].Share > 0 && model.Calibration is { } calibration)
                least = Math.Min(least, calibration.Corrected(logits[(text * segments) + segment], _shapes[text]));
        return least;
    }

    /// <summary>Explains the score of every segment of the batch.</summary>
    public List<Explanation> Explain(SegmentBatch batch, CancellationToken cancel)
    {
        using var candidates = Run(batch, cancel, out var logits);
        var explanations = new List<Explanation>(batch.Count);
        for (var at = 0; at < batch.Count; at++)
        {
            var evidence = new TextEvidence[texts.Count];
            for (var text = 0; text < evidence.Length; text++)
                evidence[text] = new(texts[text].Text.Text, texts[text].Share, logits[(text * batch.Count) + at],
                    Contrasts(candidates, text, at), Frames(batch, text, at, candidates.FrameAttention), Words(batch, text, at));
            explanations.Add(new(evidence));
        }
        return explanations;
    }

    private CandidateBatch Run(SegmentBatch batch, CancellationToken cancel, out ReadOnlySpan<float> logits)
    {
        var candidates = model.Candidates(batch.Count);
        try
        {
            Fill(batch.Vectors, candidates.Vectors);
            Fill(batch.Features, candidates.Features);
            Fill(batch.Mask, candidates.Mask);
            logits = candidates.Score(_features, cancel);
            return candidates;
        }
        catch
        {
            candidates.Dispose();
            throw;
        }
    }

    private static void Fill(float[] source, Span<float> input) => source.AsSpan(0, input.Length).CopyTo(input);

    // What is not wanted has no moment to show.
    private int BestFrame(SegmentBatch batch, int segment, ReadOnlySpan<float> attention, Span<float> frames)
    {
        frames.Clear();
        for (var text = 0; text < texts.Count; text++)
            if (texts[text].Share is > 0 and var share)
                for (var frame = 0; frame < frames.Length; frame++)
                    frames[frame] += share * (attention.IsEmpty
                        ? Similarity(_features[text].Sentence, Feature(batch, segment, frame))
                        : attention[Row(batch, text, segment) + frame]);
        return Math.Max(0, TensorPrimitives.IndexOfMax(frames));
    }

    private Contrast[] Contrasts(CandidateBatch candidates, int text, int segment)
    {
        ReadOnlySpan<float> scores = candidates.Contrasts, weights = candidates.ContrastWeights;
        var pairs = texts.Count * candidates.Count;
        var contrasts = new Contrast[scores.Length / pairs];
        for (var c = 0; c < contrasts.Length; c++)
        {
            var at = (c * pairs) + (text * candidates.Count) + segment;
            contrasts[c] = new(s_contrasts[c], scores[at], weights[at]);
        }
        return contrasts;
    }

    private FrameEvidence[] Frames(SegmentBatch batch, int text, int segment, ReadOnlySpan<float> attention)
    {
        var times = batch.Places[segment].FrameTimes;
        var frames = new FrameEvidence[times.Length];
        for (var frame = 0; frame < frames.Length; frame++)
            frames[frame] = new(times[frame], Similarity(_features[text].Sentence, Feature(batch, segment, frame)),
                attention.IsEmpty ? null : attention[Row(batch, text, segment) + frame]);
        return frames;
    }

    private WordEvidence[] Words(SegmentBatch batch, int text, int segment)
    {
        var features = _features[text];
        var words = new WordEvidence[features.Tokens.Count - 2];
        for (var word = 0; word < words.Length; word++)
        {
            var feature = features.Words.AsSpan((word + 1) * batch.Dimensions, batch.Dimensions);
            var similarities = new float[batch.Places[segment].FrameTimes.Length];
            for (var frame = 0; frame < similarities.Length; frame++)
                similarities[frame] = Similarity(feature, Feature(batch, segment, frame));
            words[word] = new(model.TokenText(features.Tokens[word + 1]), similarities);
        }
        return words;
    }

    private static int Row(SegmentBatch batch, int text, int segment) => ((text * batch.Count) + segment) * batch.FramesEach;

    private static ReadOnlySpan<float> Feature(SegmentBatch batch, int segment, int frame) =>
        batch.Features.AsSpan(((segment * batch.FramesEach) + frame) * batch.Dimensions, batch.Dimensions);

    // Undefined for a zero vector; 0 says that nothing is alike.
    private static float Similarity(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        TensorPrimitives.CosineSimilarity(left, right) is var cosine && float.IsFinite(cosine) ? cosine : 0;
}
