using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Text;
using TcMgc.Training.Datasets;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace TcMgc.Training;

/// <summary>
/// The pairs of a dataset as training reads them: pixels or frozen frame embeddings, tokens or frozen text features.
/// </summary>
public sealed class PairSource : IDisposable
{
    private readonly ModelConfig _config;
    private readonly FrameStore? _frames;
    private readonly EmbeddingStore? _embeddings;
    private readonly TextStore? _texts;
    private readonly int[] _tokens;
    private readonly int[] _chosen;

    private PairSource(
        ModelConfig config, IReadOnlyList<TrainingPair> pairs, int[] tokens, FrameStore? frames, EmbeddingStore? embeddings,
        TextStore? texts)
    {
        _config = config;
        _tokens = tokens;
        _frames = frames;
        _embeddings = embeddings;
        _texts = texts;
        Pairs = pairs;
        _chosen = new int[config.Frames];
    }

    /// <summary>The pairs, by index of a batch.</summary>
    public IReadOnlyList<TrainingPair> Pairs { get; }

    /// <summary>Pairs whose frames and texts are encoded at each step.</summary>
    /// <param name="config">Sizes of the model.</param>
    /// <param name="videos">The videos of the store, with captions.</param>
    /// <param name="frames">The frames; the caller disposes them.</param>
    /// <param name="tokenizer">Tokenizes the captions.</param>
    public static PairSource Pixels(
        ModelConfig config, IReadOnlyList<CaptionedVideo> videos, FrameStore frames, Tokenizer tokenizer)
    {
        var pairs = PairsOf(videos, frames.Frames);
        return new(config, pairs, Tokens(config, pairs, tokenizer), frames, null, null);
    }

    /// <summary>Pairs whose frame embeddings are frozen and whose texts are encoded at each step.</summary>
    public static PairSource FrozenFrames(
        ModelConfig config, IReadOnlyList<CaptionedVideo> videos, EmbeddingStore embeddings, Tokenizer tokenizer)
    {
        var pairs = PairsOf(videos, embeddings.Frames);
        return new(config, pairs, Tokens(config, pairs, tokenizer), null, embeddings, null);
    }

    /// <summary>Pairs with frozen frame embeddings and frozen text features.</summary>
    /// <param name="config">Sizes of the model.</param>
    /// <param name="videos">The videos of the store, with captions.</param>
    /// <param name="embeddings">Frame embeddings; the caller disposes them.</param>
    /// <param name="textPath">Cache file of the captions' features.</param>
    /// <param name="textKey">Identifies the captions.</param>
    /// <param name="model">Encodes the texts.</param>
    /// <param name="progress">Receives the number of captions that are encoded. Optional.</param>
    /// <param name="cancel">Ends the encoding.</param>
    public static PairSource Frozen(
        ModelConfig config, IReadOnlyList<CaptionedVideo> videos, EmbeddingStore embeddings, string textPath, string textKey,
        VideoTextModel model, IProgress<int>? progress, CancellationToken cancel)
    {
        var pairs = PairsOf(videos, embeddings.Frames);
        return new(config, pairs, [], null, embeddings,
            TextStore.Open(textPath, textKey, [.. pairs.Select(pair => pair.Caption)], model, progress, cancel));
    }

    /// <summary>A batch. The first B pairs give the videos; the others are further captions of the same videos.</summary>
    internal PairBatch Batch(ReadOnlySpan<int> batch, TrainingOptions options, Random random)
    {
        var (mask, rgb, frames) = Videos(batch[..(batch.Length / options.CaptionsPerVideo)], options, random);
        if (_texts is null)
            return new(mask, rgb, frames, Tokens(batch), null, null);
        var (sentence, words) = Texts(batch, _texts);
        return new(mask, rgb, frames, null, sentence, words);
    }

    /// <inheritdoc/>
    public void Dispose() => _texts?.Dispose();

    private static TrainingPair[] PairsOf(IReadOnlyList<CaptionedVideo> videos, IReadOnlyList<int> frames) =>
        [.. videos.Index().Where(v => frames[v.Index] > 0).SelectMany(
            v => v.Item.Captions, (v, caption) => new TrainingPair(v.Index, caption))];

    private static int[] Tokens(ModelConfig config, TrainingPair[] pairs, Tokenizer tokenizer)
    {
        var (tokens, row) = (new int[pairs.Length * config.Words], new long[config.Words]);
        foreach (var (index, pair) in pairs.Index())
        {
            tokenizer.Encode(pair.Caption, row);
            for (var i = 0; i < row.Length; i++)
                tokens[(index * row.Length) + i] = (int)row[i];
        }
        return tokens;
    }

    private (Tensor Mask, Tensor? Rgb, Tensor? Frames) Videos(ReadOnlySpan<int> batch, TrainingOptions options, Random random)
    {
        int n = _config.Frames, d = _config.Encoders.Width, side = _config.Encoders.FrameSide;
        var mask = zeros(batch.Length, n);
        var rgb = _frames is null ? null : zeros([batch.Length * n, side, side, 3], ScalarType.Byte);
        var embeddings = _embeddings is null ? null : zeros(batch.Length, n, d);
        var shown = mask.Memory();
        var pixels = rgb is null ? [] : rgb.bytes;
        var encoded = embeddings is null ? [] : embeddings.Memory();
        for (var row = 0; row < batch.Length; row++)
        {
            var video = Pairs[batch[row]].Video;
            var count = (_frames?.Frames ?? _embeddings!.Frames)[video];
            var chosen = options.RandomFrames ? FrameSampling.Random(count, _chosen, random)
                : FrameSampling.Uniform(count, _chosen);
            shown.Slice(row * n, chosen).Fill(1);
            var (right, down) = (Shift(options, random), Shift(options, random));
            for (var i = 0; i < chosen; i++)
            {
                if (_frames is not null)
                {
                    var target = pixels.Slice(((row * n) + i) * _frames.FrameBytes, _frames.FrameBytes);
                    FrameShift.Copy(_frames.Frame(video, _chosen[i]), target, side, right, down);
                }
                _embeddings?.Embedding(video, _chosen[i]).CopyTo(encoded[(((row * n) + i) * d)..]);
            }
        }
        return (mask, rgb, embeddings);
    }

    /// <summary>The same for all frames of a video, so that motion in them is preserved.</summary>
    private static int Shift(TrainingOptions options, Random random) =>
        options.RandomShift > 0 ? random.Next(-options.RandomShift, options.RandomShift + 1) : 0;

    private Tensor Tokens(ReadOnlySpan<int> batch)
    {
        var w = _config.Words;
        var tokens = new long[batch.Length * w];
        for (var row = 0; row < batch.Length; row++)
            for (var i = 0; i < w; i++)
                tokens[(row * w) + i] = _tokens[(batch[row] * w) + i];
        return tensor(tokens, [batch.Length, w]);
    }

    private (Tensor Sentence, Tensor Words) Texts(ReadOnlySpan<int> batch, TextStore texts)
    {
        int w = _config.Words, d = _config.Encoders.Width;
        Tensor sentences = empty(batch.Length, d), words = empty(batch.Length, w, d);
        for (var row = 0; row < batch.Length; row++)
        {
            TensorPrimitives.ConvertToSingle(texts.Sentence(batch[row]), sentences.Memory()[(row * d)..]);
            TensorPrimitives.ConvertToSingle(texts.Words(batch[row]), words.Memory()[(row * w * d)..]);
        }
        return (sentences, words);
    }
}
