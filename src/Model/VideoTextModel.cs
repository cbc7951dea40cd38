using System.Runtime.InteropServices;
using TcMgc.Model.Calibration;
using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TcMgc.Model.Encoders;
using TcMgc.Model.Heads;
using TcMgc.Model.Native;
using TcMgc.Model.Text;
using TcMgc.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model;

/// <summary>
/// A model ready to serve: frames, videos and texts to vectors, and candidates to scores. Each part of it is loaded at its first
/// use. Safe for concurrent use.
/// </summary>
public sealed class VideoTextModel : IDisposable
{
    /// <summary>Ends of words that the tokenizer makes words of.</summary>
    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly WeightFile _weights;
    private readonly ITokenizer _tokenizer;
    private readonly SimilarityHead _head;
    private readonly OnDemand<Backend> _backend;
    private readonly OnDemand<(nn.Module<Tensor, Tensor> Module, PrecisionChoice Precision)> _imageEncoder;
    private readonly OnDemand<(nn.Module<Tensor, (Tensor Sentence, Tensor Words)> Module, PrecisionChoice Precision)>
        _textEncoder;
    private readonly OnDemand<HeadModule> _scorer;

    /// <summary>Takes ownership of the weights.</summary>
    /// <param name="id">Tells models apart in an index: features of one never meet those of another.</param>
    /// <param name="config">Sizes and head.</param>
    /// <param name="weights">The parameters.</param>
    /// <param name="tokenizer">Words to tokens.</param>
    /// <param name="options">Where to run.</param>
    /// <exception cref="ModelException">The tokenizer has other tokens than the text encoder.</exception>
    public VideoTextModel(string id, ModelConfig config, WeightFile weights, ITokenizer tokenizer, ComputeOptions options)
    {
        config.Validate();
        if (tokenizer.VocabularySize > config.Encoders.Vocabulary)
            throw new ModelException(
                $"the tokenizer has {tokenizer.VocabularySize} tokens, the text encoder {config.Encoders.Vocabulary}; "
                    + "they belong to different models");
        (Id, Config, _weights, _tokenizer, _head) = (id, config, weights, tokenizer, SimilarityHead.Of(config));
        Device = options.Device;
        _backend = new(() => Backend.Prepare(options));
        _imageEncoder = new(() =>
        {
            var encoder = PrecisionChoice.Apply(_backend.Value, LoadImageEncoder, image => image.call(SamplePixels()));
            // A batch of frames is a product of many rows: with 32-bit weights libtorch is a little faster as it is.
            return encoder.Choice.Precision == Precision.Float32 ? encoder : Packed(encoder);
        });
        _textEncoder = new(() => Packed(PrecisionChoice.Apply(
            _backend.Value, LoadTextEncoder, encoder => encoder.call(SampleTokens()).Sentence)));
        _scorer = new(() =>
            _head.Create(Exact with { Products = PrecisionChoice.ForProducts(options) }, config).Load("", weights));
    }

    /// <summary>Tells models apart in an index.</summary>
    public string Id { get; }

    /// <summary>Sizes and head.</summary>
    public ModelConfig Config { get; }

    /// <summary>What it knows, and what it does not, in one sentence; null where nobody said.</summary>
    public string? About { get; init; }

    /// <summary>Where it runs.</summary>
    public Compute.Device Device { get; }

    /// <summary>What its scores are worth; null where that was not measured.</summary>
    public ScoreCalibration? Calibration { get; init; }

    /// <summary>S: side of the square frames it takes, in pixels.</summary>
    public int FrameSide => Config.Encoders.FrameSide;

    /// <summary>Bytes of one frame, S × S × 3.</summary>
    public int FrameBytes => FrameSide * FrameSide * 3;

    /// <summary>N: frames of a segment.</summary>
    public int SegmentFrames => Config.Frames;

    /// <summary>D: width of every vector.</summary>
    public int Width => Config.Encoders.Width;

    /// <summary>
    /// Whether the features that pairs are scored with differ from the unit frame embeddings, so that both must be kept.
    /// </summary>
    public bool HasOwnFeatures => _head.HasOwnFeatures;

    /// <summary>What the frame encoder computes with; loads it.</summary>
    /// <exception cref="ModelException">It cannot be loaded.</exception>
    public PrecisionChoice FramePrecision => _imageEncoder.Value.Precision;

    /// <summary>What the text encoder computes with; loads it.</summary>
    /// <exception cref="ModelException">It cannot be loaded.</exception>
    public PrecisionChoice TextPrecision => _textEncoder.Value.Precision;

    private Layers Exact => new(_backend.Value.Device, ScalarType.Float32);

    /// <summary>Frames to embeddings, not normalised.</summary>
    /// <param name="rgb">count × S × S × 3 bytes: rows of RGB24.</param>
    /// <param name="count">B: frames.</param>
    /// <param name="embeddings">Receives B × D.</param>
    /// <param name="cancel">Stops before the run.</param>
    public void EncodeFrames(ReadOnlySpan<byte> rgb, int count, Span<float> embeddings, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var encoder = _imageEncoder.Value.Module;
        using var run = new Run();
        var pixels = empty([count, FrameSide, FrameSide, 3], ScalarType.Byte);
        rgb[..(count * FrameBytes)].CopyTo(pixels.bytes);
        Copy(encoder.call(Config.Encoders.Normalised(pixels.to(_backend.Value.Device))), embeddings);
    }

    /// <summary>Segments of frame embeddings to what they are found by and scored with.</summary>
    /// <param name="frames">V × N × D frame embeddings, zero where a segment has fewer than N.</param>
    /// <param name="mask">V × N: 1 where there is a frame, 0 behind the last.</param>
    /// <param name="segments">V.</param>
    /// <param name="vectors">Receives V × D unit vectors.</param>
    /// <param name="features">Receives V × N × D.</param>
    /// <param name="cancel">Stops before the run.</param>
    public void EncodeVideo(
        ReadOnlySpan<float> frames, ReadOnlySpan<float> mask, int segments, Span<float> vectors, Span<float> features,
        CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var scorer = _scorer.Value;
        using var run = new Run();
        var video = scorer.Video(Floats(frames, segments, SegmentFrames, Width), Floats(mask, segments, SegmentFrames));
        Copy(video.Vector, vectors);
        Copy(video.Features, features);
    }

    /// <summary>
    /// P: numbers of a segment that follow from its features alone and that scoring needs: whoever keeps features keeps them too.
    /// 0 for heads without.
    /// </summary>
    public int GramSize => (int)_scorer.Value.GramSize;

    /// <summary>These numbers.</summary>
    /// <param name="features">V × N × D, in half precision as indexes keep them.</param>
    /// <param name="segments">V.</param>
    /// <param name="gram">Receives V × P.</param>
    /// <param name="cancel">Stops before the run.</param>
    public void Gram(ReadOnlySpan<Half> features, int segments, Span<float> gram, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var scorer = _scorer.Value;
        using var own = new OwnThread();
        using var run = new Run();
        var halves = empty([segments, SegmentFrames, Width], ScalarType.Float16);
        MemoryMarshal.AsBytes(features[..(int)halves.numel()]).CopyTo(halves.bytes);
        Copy(scorer.Gram(halves.to(ScalarType.Float32, _backend.Value.Device)), gram);
    }

    /// <summary>Reads the frame encoder's weights now, which the first frames would wait for.</summary>
    public void PrepareFrames() => _ = _imageEncoder.Value;

    /// <summary>A text to its features. Longer texts than W − 2 tokens are cut, as in training.</summary>
    public TextFeatures EncodeText(string text, CancellationToken cancel = default) => EncodeEach([text], cancel: cancel)[0];

    /// <summary>Several texts to the features of each, in one run.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="threads">Threads that work on it at most; by default as many as the model may use.</param>
    /// <param name="cancel">Gives up before the run.</param>
    public IReadOnlyList<TextFeatures> EncodeEach(
        IReadOnlyList<string> texts, int threads = int.MaxValue, CancellationToken cancel = default)
    {
        var (words, tokens) = (Config.Words, new long[texts.Count * Config.Words]);
        int[] present = [.. texts.Select((text, at) => _tokenizer.Encode(text, tokens.AsSpan(at * words, words)))];
        var batch = EncodeTokens(tokens, texts.Count, threads, cancel);
        return [.. present.Select((count, at) => new TextFeatures(Part(batch.Sentences, at, Width),
            Part(batch.Words, at, words * Width), Part(batch.Queries, at, Width), tokens[(at * words)..((at * words) + count)]))];

        static float[] Part(float[] all, int at, int length) => all[(at * length)..((at + 1) * length)];
    }

    /// <summary>Several texts in one run, as evaluations score them.</summary>
    internal TextBatch EncodeTexts(ReadOnlySpan<string> texts, CancellationToken cancel)
    {
        var tokens = new long[texts.Length * Config.Words];
        for (var i = 0; i < texts.Length; i++)
            _tokenizer.Encode(texts[i], tokens.AsSpan(i * Config.Words, Config.Words));
        return EncodeTokens(tokens, texts.Length, int.MaxValue, cancel);
    }

    /// <summary>Scores T texts with V videos, given as <see cref="EncodeVideo"/> yields them, in one run.</summary>
    internal void Score(
        TextBatch texts, ReadOnlySpan<float> vectors, ReadOnlySpan<float> features, ReadOnlySpan<float> mask, int videos,
        Span<float> logits, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var scorer = _scorer.Value;
        using var run = new Run();
        var text = new TextSide(
            Floats(texts.Sentences, texts.Count, Width), Floats(texts.Words, texts.Count, Config.Words, Width));
        var video = new VideoSide(
            Floats(vectors, videos, Width), Floats(features, videos, SegmentFrames, Width), Floats(mask, videos, SegmentFrames));
        Copy(scorer.Score(text, video).Logits, logits);
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

    /// <summary>Whether its scores look at single words, so that their features mean something.</summary>
    public bool ReadsWords => _head.ReadsWords;

    /// <summary>The words that <see cref="TextFeatures.Tokens"/> make up, in their order.</summary>
    public IReadOnlyList<Word> WordsOf(IReadOnlyList<long> tokens)
    {
        var (words, first) = (new List<Word>(), 1);
        for (var token = 1; token < tokens.Count - 1; token++)
            // A space between two tokens ends a word; one behind the last is cut off.
            if (token == tokens.Count - 2 || _tokenizer.Decode([(int)tokens[token], (int)tokens[token + 1]]).Contains(' '))
            {
                var word = _tokenizer.Decode([.. Range(first, token).Select(at => (int)tokens[at])]);
                if (words.Count > 0 && s_contractions.Contains(word))
                    words[^1] = new(words[^1].Text + word, words[^1].First, token - words[^1].First + 1);
                else
                    words.Add(new(word, first, token - first + 1));
                first = token + 1;
            }
        return words;

        static IEnumerable<int> Range(int from, int to) => Enumerable.Range(from, to - from + 1);
    }

    /// <summary>Room for the candidates of one query; dispose it to free the memory.</summary>
    public CandidateBatch Candidates(int count) => new(_scorer.Value, _backend.Value.Device, Config, count);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_imageEncoder.IsMade)
            _imageEncoder.Value.Module.Dispose();
        if (_textEncoder.IsMade)
            _textEncoder.Value.Module.Dispose();
        if (_scorer.IsMade)
            _scorer.Value.Dispose();
        _weights.Dispose();
    }

    private nn.Module<Tensor, Tensor> LoadImageEncoder() =>
        Config.Encoders.CreateFrameEncoder(Exact).Load(Config.Encoders.FramePrefix, _weights);

    private nn.Module<Tensor, (Tensor Sentence, Tensor Words)> LoadTextEncoder() =>
        Config.Encoders.CreateTextEncoder(Exact).Load(Config.Encoders.TextPrefix, _weights);

    private static (T Module, PrecisionChoice Precision) Packed<T>((T Module, PrecisionChoice Precision) encoder)
        where T : nn.Module
    {
        PackedWeights.Pack(Transformer.WeightsIn(encoder.Module));
        return encoder;
    }

    private TextBatch EncodeTokens(long[] tokens, int texts, int threads, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var (encoder, scorer) = (_textEncoder.Value.Module, _scorer.Value);
        using var own = threads < get_num_threads() ? new OwnThread(threads) : default;
        using var run = new Run();
        var ids = tensor(tokens, [texts, Config.Words]);
        if (!_head.ReadsWords)
            ids = Config.Encoders.WithoutPadding(ids);
        var (sentence, words) = encoder.call(ids.to(_backend.Value.Device));
        words = nn.functional.pad(words.to_type(ScalarType.Float32), [0, 0, 0, Config.Words - words.shape[1]]);
        var text = new TextSide(sentence.to_type(ScalarType.Float32), words);
        return new(texts, text.Sentence.Floats(), text.Words.Floats(), scorer.Query(text).Floats());
    }

    /// <summary>A picture of waves and one of noise, to compare precisions by.</summary>
    private Tensor SamplePixels()
    {
        float[] wave = [.. Enumerable.Range(0, FrameSide).Select(i => MathF.Sin(i * 0.1f))];
        var waves = tensor(wave, device: _backend.Value.Device);
        Tensor across = waves.unsqueeze(0).expand(FrameSide, FrameSide), down = waves.unsqueeze(1).expand(FrameSide, FrameSide);
        var picture = stack([across * down, across, down]);
        using var generator = new Generator(1);
        var noise = randn([3, FrameSide, FrameSide], generator: generator).to(_backend.Value.Device);
        return stack([picture, noise]);
    }

    /// <summary>A text of some tokens, the end token being the last.</summary>
    private Tensor SampleTokens()
    {
        var (words, last) = (Config.Words, Config.Encoders.Vocabulary - 1);
        long[] tokens = [.. Enumerable.Range(0, words).Select(i => i == words - 1 ? last : (long)(i * 31 % last))];
        return tensor(tokens, [1, words], device: _backend.Value.Device);
    }

    private Tensor Floats(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var floats = empty(shape.ToArray(), ScalarType.Float32);
        values[..(int)floats.numel()].CopyTo(floats.Memory());
        return floats.to(_backend.Value.Device);
    }

    private static void Copy(Tensor floats, Span<float> target) =>
        floats.to(ScalarType.Float32, CPU).contiguous().Memory().CopyTo(target);

    /// <summary>One forward pass: what it makes is freed at its end, and no gradients are kept.</summary>
    private readonly ref struct Run
    {
        private readonly IDisposable _mode;
        private readonly DisposeScope _scope;

        public Run() => (_mode, _scope) = (inference_mode(), NewDisposeScope());

        public void Dispose()
        {
            _scope.Dispose();
            _mode.Dispose();
        }
    }
}
