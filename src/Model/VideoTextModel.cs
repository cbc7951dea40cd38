using TcMgc.Model.Calibration;
using TcMgc.Model.Engine;
using TcMgc.Model.Heads;
using TcMgc.Model.Text;
using TcMgc.Model.Weights;

namespace TcMgc.Model;

/// <summary>
/// A model ready to serve: frames, videos and texts to vectors, and candidates to scores. Each graph is prepared at its first
/// use. Safe for concurrent use.
/// </summary>
public sealed class VideoTextModel : IDisposable
{
    private readonly WeightFile _weights;
    private readonly Tokenizer _tokenizer;
    private readonly SimilarityHead _head;
    private readonly SessionPool _frameEncoder, _videoEncoder, _textEncoder, _scorer;

    /// <summary>Takes ownership of the weights.</summary>
    /// <param name="id">Tells models apart in an index: features of one never meet those of another.</param>
    /// <param name="config">Sizes and head.</param>
    /// <param name="weights">The parameters.</param>
    /// <param name="tokenizer">Words to tokens.</param>
    /// <param name="options">Where to run.</param>
    /// <exception cref="ModelException">The tokenizer has other tokens than the text encoder.</exception>
    public VideoTextModel(string id, ModelConfig config, WeightFile weights, Tokenizer tokenizer, EngineOptions options)
    {
        config.Validate();
        if (tokenizer.VocabularySize > config.Clip.Text.Vocabulary)
            throw new ModelException($"the tokenizer has {tokenizer.VocabularySize} tokens, the text encoder {config.Clip.Text.Vocabulary}; they belong to different models");
        (Id, Config, _weights, _tokenizer, _head) = (id, config, weights, tokenizer, SimilarityHead.Of(config));
        _frameEncoder = new(() => ModelGraphs.FrameEncoder(config), weights, options);
        _videoEncoder = new(() => ModelGraphs.VideoEncoder(config), weights, options);
        _textEncoder = new(() => ModelGraphs.TextEncoder(config), weights, options);
        _scorer = new(() => ModelGraphs.Scorer(config), weights, options);
    }

    /// <summary>Tells models apart in an index.</summary>
    public string Id { get; }

    /// <summary>Sizes and head.</summary>
    public ModelConfig Config { get; }

    /// <summary>What its scores are worth; null where that was not measured.</summary>
    public ScoreCalibration? Calibration { get; init; }

    /// <summary>S: side of the square frames it takes, in pixels.</summary>
    public int FrameSide => Config.Clip.Vision.ImageSize;

    /// <summary>Bytes of one frame, S × S × 3.</summary>
    public int FrameBytes => FrameSide * FrameSide * 3;

    /// <summary>N: frames of a segment.</summary>
    public int SegmentFrames => Config.Frames;

    /// <summary>D: width of every vector.</summary>
    public int Width => Config.Clip.EmbeddingWidth;

    /// <summary>Whether the features that pairs are scored with differ from the unit frame embeddings, so that both must be kept.</summary>
    public bool HasOwnFeatures => _head.HasOwnFeatures;

    /// <summary>Frames to embeddings, not normalised.</summary>
    /// <param name="rgb">count × S × S × 3 bytes: rows of RGB24.</param>
    /// <param name="count">B: frames.</param>
    /// <param name="embeddings">Receives B × D.</param>
    /// <param name="cancel">Stops the run early.</param>
    public void EncodeFrames(ReadOnlySpan<byte> rgb, int count, Span<float> embeddings, CancellationToken cancel = default)
    {
        var binding = _frameEncoder.Rent();
        try
        {
            rgb[..(count * FrameBytes)].CopyTo(binding.Input<byte>(ModelGraphs.Rgb, count, FrameSide, FrameSide, 3));
            binding.Run(cancel);
            binding.Output<float>(ModelGraphs.Embeddings).CopyTo(embeddings);
        }
        finally
        {
            _frameEncoder.Return(binding);
        }
    }

    /// <summary>Segments of frame embeddings to what they are found by and scored with.</summary>
    /// <param name="frames">V × N × D frame embeddings, zero where a segment has fewer than N.</param>
    /// <param name="mask">V × N: 1 where there is a frame, 0 behind the last.</param>
    /// <param name="segments">V.</param>
    /// <param name="vectors">Receives V × D unit vectors.</param>
    /// <param name="features">Receives V × N × D.</param>
    /// <param name="cancel">Stops the run early.</param>
    public void EncodeVideo(ReadOnlySpan<float> frames, ReadOnlySpan<float> mask, int segments, Span<float> vectors, Span<float> features,
        CancellationToken cancel = default)
    {
        var binding = _videoEncoder.Rent();
        try
        {
            frames[..(segments * SegmentFrames * Width)].CopyTo(binding.Input<float>(ModelGraphs.Frames, segments, SegmentFrames, Width));
            if (binding.HasInput(ModelGraphs.Mask))
                mask[..(segments * SegmentFrames)].CopyTo(binding.Input<float>(ModelGraphs.Mask, segments, SegmentFrames));
            binding.Run(cancel);
            binding.Output<float>(ModelGraphs.Vectors).CopyTo(vectors);
            binding.Output<float>(ModelGraphs.Features).CopyTo(features);
        }
        finally
        {
            _videoEncoder.Return(binding);
        }
    }

    /// <summary>A text to its features. Longer texts than W − 2 tokens are cut, as in training.</summary>
    public TextFeatures EncodeText(string text, CancellationToken cancel = default)
    {
        var binding = _textEncoder.Rent();
        try
        {
            var tokens = binding.Input<long>(ModelGraphs.Tokens, 1, Config.Words);
            var present = tokens[.._tokenizer.Encode(text, tokens)].ToArray();
            binding.Run(cancel);
            return new(binding.Output<float>(ModelGraphs.Sentence).ToArray(), binding.Output<float>(ModelGraphs.Words).ToArray(),
                binding.Output<float>(ModelGraphs.Query).ToArray(), present);
        }
        finally
        {
            _textEncoder.Return(binding);
        }
    }

    /// <summary>Several texts in one run.</summary>
    internal TextBatch EncodeTexts(ReadOnlySpan<string> texts, CancellationToken cancel)
    {
        var binding = _textEncoder.Rent();
        try
        {
            var tokens = binding.Input<long>(ModelGraphs.Tokens, texts.Length, Config.Words);
            for (var i = 0; i < texts.Length; i++)
                _tokenizer.Encode(texts[i], tokens.Slice(i * Config.Words, Config.Words));
            binding.Run(cancel);
            return new(texts.Length, binding.Output<float>(ModelGraphs.Sentence).ToArray(), binding.Output<float>(ModelGraphs.Words).ToArray(),
                binding.Output<float>(ModelGraphs.Query).ToArray());
        }
        finally
        {
            _textEncoder.Return(binding);
        }
    }

    /// <summary>Scores T texts with V videos, given as <see cref="EncodeVideo"/> yields them, in one run.</summary>
    internal void Score(TextBatch texts, ReadOnlySpan<float> vectors, ReadOnlySpan<float> features, ReadOnlySpan<float> mask, int videos,
        Span<float> logits, CancellationToken cancel)
    {
        var binding = _scorer.Rent();
        try
        {
            Fill(binding, ModelGraphs.Sentence, texts.Sentences, texts.Count, Width);
            Fill(binding, ModelGraphs.Words, texts.Words, texts.Count, Config.Words, Width);
            Fill(binding, ModelGraphs.Vectors, vectors, videos, Width);
            Fill(binding, ModelGraphs.Features, features, videos, SegmentFrames, Width);
            Fill(binding, ModelGraphs.Mask, mask, videos, SegmentFrames);
            binding.Run(cancel);
            binding.Output<float>(ModelGraphs.Logits).CopyTo(logits);
        }
        finally
        {
            _scorer.Return(binding);
        }

        // Heads differ in what they score.
        static void Fill(Binding binding, string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
        {
            if (binding.HasInput(name))
                values.CopyTo(binding.Input<float>(name, shape));
        }
    }

    /// <summary>How long a text is and how well the tokenizer knows its words, as far as the model reads it.</summary>
    public TextShape ShapeOf(string text)
    {
        var ids = new long[Config.Words];
        return ShapeOf(ids[.._tokenizer.Encode(text, ids)]);
    }

    /// <summary>The same of a text whose <see cref="TextFeatures.Tokens"/> are known.</summary>
    public TextShape ShapeOf(IReadOnlyList<long> tokens)
    {
        var words = _tokenizer.Decode([.. tokens.Select(token => (int)token)]).Count(' ') + 1;
        var read = Math.Max(1, tokens.Count - 2);
        return new(read, Math.Min(words, read));
    }

    /// <summary>The characters that one of <see cref="TextFeatures.Tokens"/> stands for; empty for the start and end token.</summary>
    public string TokenText(long token) => _tokenizer.Decode([(int)token]);

    /// <summary>Room for the candidates of one query; dispose it to give the buffers back.</summary>
    public CandidateBatch Candidates(int count) => new(_scorer, Config, count);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pool in new[] { _frameEncoder, _videoEncoder, _textEncoder, _scorer })
            pool.Dispose();
        _weights.Dispose();
    }
}
