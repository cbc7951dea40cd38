using TcMgc.Model.Engine;

namespace TcMgc.Model;

/// <summary>
/// Candidates of a query, to be scored with its texts in one graph call. The caller fills the spans, which are the engine's own memory,
/// then calls <see cref="Score"/>; what it and the explanations return is valid until the batch is disposed.
/// </summary>
public sealed class CandidateBatch : IDisposable
{
    private readonly SessionPool _pool;
    private readonly Binding _binding;
    private readonly ModelConfig _config;
    private bool _returned;

    internal CandidateBatch(SessionPool pool, ModelConfig config, int count)
    {
        (_pool, _config, Count) = (pool, config, count);
        _binding = pool.Rent();
    }

    /// <summary>V: how many candidates.</summary>
    public int Count { get; }

    /// <summary>V × D: unit video vectors. Empty where the head does not use them.</summary>
    public Span<float> Vectors => Input(ModelGraphs.Vectors, Count, _config.Clip.EmbeddingWidth);

    /// <summary>V × N × D: the head's frame features, zero where a segment has fewer frames. Empty where the head scores vectors alone.</summary>
    public Span<float> Features => Input(ModelGraphs.Features, Count, _config.Frames, _config.Clip.EmbeddingWidth);

    /// <summary>V × N: 1 where there is a frame, 0 behind the last. Empty where the head does not use it.</summary>
    public Span<float> Mask => Input(ModelGraphs.Mask, Count, _config.Frames);

    /// <summary>Logits of every text with every candidate, T × V.</summary>
    /// <param name="texts">T encoded texts, at least one.</param>
    /// <param name="cancel">Stops the run early.</param>
    public ReadOnlySpan<float> Score(IReadOnlyList<TextFeatures> texts, CancellationToken cancel = default)
    {
        int d = _config.Clip.EmbeddingWidth, w = _config.Words;
        var sentences = _binding.Input<float>(ModelGraphs.Sentence, texts.Count, d);
        var words = _binding.HasInput(ModelGraphs.Words) ? _binding.Input<float>(ModelGraphs.Words, texts.Count, w, d) : [];
        for (var t = 0; t < texts.Count; t++)
        {
            texts[t].Sentence.CopyTo(sentences[(t * d)..]);
            if (!words.IsEmpty)
                texts[t].Words.CopyTo(words[(t * w * d)..]);
        }
        _binding.Run(cancel);
        return _binding.Output<float>(ModelGraphs.Logits);
    }

    /// <summary>C × T × V: the head's single contrasts of the last <see cref="Score"/>; empty for heads with one.</summary>
    public ReadOnlySpan<float> Contrasts => Output(ModelGraphs.Contrasts);

    /// <summary>C × T × V: the weight of each contrast in the score; empty for heads with one.</summary>
    public ReadOnlySpan<float> ContrastWeights => Output(ModelGraphs.ContrastWeights);

    /// <summary>T × V × N: each sentence's attention over frames, each row summing to one; empty for heads without.</summary>
    public ReadOnlySpan<float> FrameAttention => Output(ModelGraphs.FrameAttention);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_returned)
            return;
        _returned = true;
        _pool.Return(_binding);
    }

    private Span<float> Input(string name, params ReadOnlySpan<long> shape) =>
        _binding.HasInput(name) ? _binding.Input<float>(name, shape) : [];

    private ReadOnlySpan<float> Output(string name) => _binding.HasOutput(name) ? _binding.Output<float>(name) : [];
}
