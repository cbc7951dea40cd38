using TcMgc.Model.Engine;

namespace TcMgc.Model;

/// <summary>
/// Candidates of a query, to be scored in one graph call. The caller fills the spans, which are the engine's own memory,
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

    /// <summary>Logits of the text with every candidate, V.</summary>
    /// <param name="text">The encoded text.</param>
    /// <param name="cancel">Stops the run early.</param>
    public ReadOnlySpan<float> Score(TextFeatures text, CancellationToken cancel = default)
    {
        text.Sentence.CopyTo(_binding.Input<float>(ModelGraphs.Sentence, 1, _config.Clip.EmbeddingWidth));
        if (_binding.HasInput(ModelGraphs.Words))
            text.Words.CopyTo(_binding.Input<float>(ModelGraphs.Words, 1, _config.Words, _config.Clip.EmbeddingWidth));
        _binding.Run(cancel);
        return _binding.Output<float>(ModelGraphs.Logits);
    }

    /// <summary>C × V: the head's single contrasts of the last <see cref="Score"/>; empty for heads with one.</summary>
    public ReadOnlySpan<float> Contrasts => Output(ModelGraphs.Contrasts);

    /// <summary>C × V: the weight of each contrast in the score; empty for heads with one.</summary>
    public ReadOnlySpan<float> ContrastWeights => Output(ModelGraphs.ContrastWeights);

    /// <summary>V × N: the sentence's attention over frames, each row summing to one; empty for heads without.</summary>
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
