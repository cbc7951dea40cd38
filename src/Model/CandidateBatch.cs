using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model;

/// <summary>
/// Candidates of a query, to be scored with its texts in one run. The caller fills the spans, which are the engine's own memory,
/// then calls <see cref="Score"/>; what it and the explanations return is valid until the batch is disposed.
/// </summary>
public sealed class CandidateBatch : IDisposable
{
    private readonly HeadModule _scorer;
    private readonly torch.Device _device;
    private readonly ModelConfig _config;
    private readonly Tensor _vectors, _features, _mask;
    private readonly bool _scoresFrames;
    private PairScores? _scores;

    internal CandidateBatch(HeadModule scorer, torch.Device device, ModelConfig config, int count)
    {
        (_scorer, _device, _config, Count) = (scorer, device, config, count);
        _scoresFrames = SimilarityHead.Of(config).ScoresFrames;
        _vectors = zeros(count, config.Encoders.Width);
        _features = zeros(count, config.Frames, config.Encoders.Width);
        _mask = zeros(count, config.Frames);
    }

    /// <summary>V: how many candidates.</summary>
    public int Count { get; }

    /// <summary>V × D: unit video vectors.</summary>
    public Span<float> Vectors => _vectors.Memory();

    /// <summary>
    /// V × N × D: the head's frame features, zero where a segment has fewer frames. Empty where the head scores vectors alone.
    /// </summary>
    public Span<float> Features => _scoresFrames ? _features.Memory() : [];

    /// <summary>V × N: 1 where there is a frame, 0 behind the last. Empty where the head scores vectors alone.</summary>
    public Span<float> Mask => _scoresFrames ? _mask.Memory() : [];

    /// <summary>Logits of every text with every candidate, T × V.</summary>
    /// <param name="texts">T encoded texts, at least one.</param>
    /// <param name="gram">V × P of <see cref="VideoTextModel.Gram"/>; empty where it is not known yet.</param>
    /// <param name="cancel">Stops before the run.</param>
    public ReadOnlySpan<float> Score(
        IReadOnlyList<TextFeatures> texts, ReadOnlySpan<float> gram = default, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        int t = texts.Count, w = _config.Words, d = _config.Encoders.Width;
        using var own = gram.IsEmpty ? default : new OwnThread(); // What no text changes is most of the work.
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        Tensor sentences = empty(t, d), words = empty(t, w, d);
        for (var i = 0; i < t; i++)
        {
            texts[i].Sentence.CopyTo(sentences.Memory()[(i * d)..]);
            texts[i].Words.CopyTo(words.Memory()[(i * w * d)..]);
        }
        Release();
        var text = new TextSide(sentences.to(_device), words.to(_device));
        var video = new VideoSide(_vectors.to(_device), _features.to(_device), _mask.to(_device), Known(gram));
        var scores = _scorer.Score(text, video);
        _scores = new(Kept(scores.Logits)!, Kept(scores.Contrasts), Kept(scores.Weights), Kept(scores.FrameAttention));
        return _scores.Logits.Memory();
    }

    /// <summary>C × T × V: the head's single contrasts of the last <see cref="Score"/>; empty for heads with one.</summary>
    public ReadOnlySpan<float> Contrasts => Floats(_scores?.Contrasts);

    /// <summary>C × T × V: the weight of each contrast in the score; empty for heads with one.</summary>
    public ReadOnlySpan<float> ContrastWeights => Floats(_scores?.Weights);

    /// <summary>T × V × N: each sentence's attention over frames, each row summing to one; empty for heads without.</summary>
    public ReadOnlySpan<float> FrameAttention => Floats(_scores?.FrameAttention);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _vectors.Dispose();
        _features.Dispose();
        _mask.Dispose();
    }

    private void Release()
    {
        foreach (var one in new[] { _scores?.Logits, _scores?.Contrasts, _scores?.Weights, _scores?.FrameAttention })
            one?.Dispose();
        _scores = null;
    }

    private Tensor? Known(ReadOnlySpan<float> gram)
    {
        if (gram.IsEmpty)
            return null;
        ArgumentOutOfRangeException.ThrowIfNotEqual(gram.Length, Count * _scorer.GramSize, nameof(gram));
        var known = empty(Count, _scorer.GramSize);
        gram.CopyTo(known.Memory());
        return known.to(_device);
    }

    /// <summary>In the processor's memory, for longer than the run.</summary>
    private static Tensor? Kept(Tensor? floats) => floats?.cpu().contiguous().DetachFromDisposeScope();

    private static ReadOnlySpan<float> Floats(Tensor? floats) => floats is null ? [] : floats.Memory();
}
