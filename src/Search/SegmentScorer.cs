using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search;

/// <summary>The second stage: scores a batch of segments with one sentence in one graph call.</summary>
internal sealed class SegmentScorer(VideoTextModel model, TextFeatures text)
{
    private static readonly string[] s_contrasts = ["video-sentence", "video-word", "sentence-frame", "frame-word"];

    /// <summary>Scores every segment of the batch.</summary>
    /// <param name="batch">At least one segment.</param>
    /// <param name="scores">Receives a logit for each.</param>
    /// <param name="moments">Receives the time of each one's best frame: by the head's attention, else by similarity with the sentence.</param>
    /// <param name="cancel">Stops the run early.</param>
    public void Score(SegmentBatch batch, Span<float> scores, Span<float> moments, CancellationToken cancel)
    {
        using var candidates = Run(batch, cancel, out var logits);
        logits.CopyTo(scores);
        for (var at = 0; at < batch.Count; at++)
        {
            var times = batch.Places[at].FrameTimes;
            moments[at] = times[BestFrame(batch, at, times.Length, candidates.FrameAttention)];
        }
    }

    /// <summary>Explains the score of every segment of the batch.</summary>
    public List<Explanation> Explain(SegmentBatch batch, CancellationToken cancel)
    {
        using var candidates = Run(batch, cancel, out _);
        var explanations = new List<Explanation>(batch.Count);
        for (var at = 0; at < batch.Count; at++)
            explanations.Add(new(Contrasts(candidates, at), Frames(batch, at, candidates.FrameAttention), Words(batch, at)));
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
            logits = candidates.Score(text, cancel);
            return candidates;
        }
        catch
        {
            candidates.Dispose();
            throw;
        }
    }

    private static void Fill(float[] source, Span<float> input) => source.AsSpan(0, input.Length).CopyTo(input);

    private int BestFrame(SegmentBatch batch, int segment, int frames, ReadOnlySpan<float> attention)
    {
        if (!attention.IsEmpty)
            return Math.Max(0, TensorPrimitives.IndexOfMax(attention.Slice(segment * batch.FramesEach, frames)));
        var (best, similarity) = (0, float.NegativeInfinity);
        for (var frame = 0; frame < frames; frame++)
            if (Similarity(text.Sentence, Feature(batch, segment, frame)) is var here && here > similarity)
                (best, similarity) = (frame, here);
        return best;
    }

    private static Contrast[] Contrasts(CandidateBatch candidates, int segment)
    {
        ReadOnlySpan<float> scores = candidates.Contrasts, weights = candidates.ContrastWeights;
        var count = candidates.Count;
        var contrasts = new Contrast[scores.Length / count];
        for (var c = 0; c < contrasts.Length; c++)
            contrasts[c] = new(s_contrasts[c], scores[(c * count) + segment], weights[(c * count) + segment]);
        return contrasts;
    }

    private FrameEvidence[] Frames(SegmentBatch batch, int segment, ReadOnlySpan<float> attention)
    {
        var times = batch.Places[segment].FrameTimes;
        var frames = new FrameEvidence[times.Length];
        for (var frame = 0; frame < frames.Length; frame++)
            frames[frame] = new(times[frame], Similarity(text.Sentence, Feature(batch, segment, frame)),
                attention.IsEmpty ? null : attention[(segment * batch.FramesEach) + frame]);
        return frames;
    }

    private WordEvidence[] Words(SegmentBatch batch, int segment)
    {
        var words = new WordEvidence[text.Tokens.Count - 2];
        for (var word = 0; word < words.Length; word++)
        {
            var feature = text.Words.AsSpan((word + 1) * batch.Dimensions, batch.Dimensions);
            var similarities = new float[batch.Places[segment].FrameTimes.Length];
            for (var frame = 0; frame < similarities.Length; frame++)
                similarities[frame] = Similarity(feature, Feature(batch, segment, frame));
            words[word] = new(model.TokenText(text.Tokens[word + 1]), similarities);
        }
        return words;
    }

    private static ReadOnlySpan<float> Feature(SegmentBatch batch, int segment, int frame) =>
        batch.Features.AsSpan(((segment * batch.FramesEach) + frame) * batch.Dimensions, batch.Dimensions);

    // Undefined for a zero vector; 0 says that nothing is alike.
    private static float Similarity(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        TensorPrimitives.CosineSimilarity(left, right) is var cosine && float.IsFinite(cosine) ? cosine : 0;
}
