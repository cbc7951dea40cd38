using System.Numerics;
using TcMgc.Model.Compute;
using TcMgc.Model.Temporal;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>
/// TC-MGC: the text attends over the frames (LVA), four contrasts compare what comes of it, similarity reorganisation (SR)
/// keeps the best of each, interactive aggregation (ISA) sums them up, and a linear softmax (LSA) weighs the four.
/// </summary>
internal sealed class TcMgcHead : HeadModule
{
    private static readonly Scalar s_two = 2f.ToScalar();

    private readonly ModelConfig _config;
    private readonly Scalar _sharpness;

    [ComponentName(Name = ParameterNames.Unnamed)]
    private readonly TemporalTransformer _temporal;

    [ComponentName(Name = "conditional_transformer/pool_frames")]
    private readonly LanguageVideoAttention? _attention;

    [ComponentName(Name = "global_mat_weight")]
    private readonly Parameter _global;

    [ComponentName(Name = "attentive_word_logit_weight")]
    private readonly Parameter? _wordLogit;

    [ComponentName(Name = "concat_frame_word_logit_weight")]
    private readonly Parameter? _frameLogit;

    [ComponentName(Name = "local_mat_weight")]
    private readonly Parameter? _local;

    [ComponentName(Name = "attentive_word_mat_weight")]
    private readonly Parameter? _word;

    [ComponentName(Name = "attentive_frame_word_mat_weight")]
    private readonly Parameter? _frame;

    [ComponentName(Name = "attentive_frame_word_mat_weight2")]
    private readonly Parameter? _frameAgain;

    [ComponentName(Name = "attentive_word_mat_weight2")]
    private readonly Parameter? _wordAgain;

    [ComponentName(Name = "logit_weight")]
    private readonly Parameter? _aggregation;

    public TcMgcHead(Layers layers, ModelConfig config) : base(nameof(TcMgcHead), layers)
    {
        (_config, _sharpness) = (config, (1 / config.Temperature).ToScalar());
        var d = config.Encoders.Width;
        var reorganised = config.Has(TcMgcParts.SimilarityReorganisation);
        var frames = config.Has(TcMgcParts.LanguageVideoAttention) ? config.Words : config.Frames;
        var keptWords = reorganised ? config.KeptOf(config.Words) : config.Words;
        var keptFrames = reorganised ? config.KeptOf(frames) : frames;

        _temporal = new(layers, config);
        _global = layers.Parameter(d, d);
        if (config.Has(TcMgcParts.LanguageVideoAttention))
            _attention = new(layers, config);
        if (config.Has(TcMgcParts.VideoWord))
            _wordLogit = layers.Parameter(keptWords, keptWords);
        if (config.Has(TcMgcParts.SentenceFrame))
            _frameLogit = reorganised ? layers.Parameter(keptFrames + 1, keptFrames + 1) : layers.Parameter(frames, frames);
        if (config.Has(TcMgcParts.FrameWord))
        {
            _local = layers.Parameter(d, d);
            (_word, _wordAgain) = (layers.Parameter(keptWords, keptWords), layers.Parameter(keptWords, keptWords));
            (_frame, _frameAgain) = (layers.Parameter(keptFrames, keptFrames), layers.Parameter(keptFrames, keptFrames));
        }
        var contrasts = BitOperations.PopCount((uint)(config.Parts & TcMgcParts.Contrasts));
        if (contrasts > 1 && config.Has(TcMgcParts.LinearSoftmaxAggregation))
            _aggregation = layers.Parameter(contrasts, contrasts);
        RegisterComponents();
    }

    public override VideoSide Video(Tensor frames, Tensor mask)
    {
        var temporal = _temporal.call(frames, mask);
        return new(Unit(Mean(Unit(temporal), mask)), temporal, mask);
    }

    public override Tensor Query(TextSide text) => Unit(Unit(text.Sentence).matmul(_global));

    public override long GramSize => _attention?.GramSize ?? 0;

    public override Tensor Gram(Tensor features) => _attention?.Gram(features) ?? base.Gram(features);

    public override PairScores Score(TextSide text, VideoSide video)
    {
        Tensor sentence = Unit(text.Sentence).unsqueeze(1), words = Unit(text.Words);            // [T, 1, D], [T, W, D]
        var w = words.shape[1];
        var (videos, frames, attention) = Similarities(text, video, cat([sentence.matmul(_global), words], 1),
            _local is null ? sentence : cat([sentence, words.matmul(_local)], 1));

        var contrasts = new List<Tensor>();
        if (_config.Has(TcMgcParts.VideoSentence))
            contrasts.Add(videos.select(2, 0));
        if (_wordLogit is not null)
            contrasts.Add(VideoWord(videos.narrow(2, 1, w), _wordLogit));
        if (_frameLogit is not null)
            contrasts.Add(SentenceFrame(frames.select(3, 0), _frameLogit));
        if (_local is not null)
            contrasts.Add(FrameWord(frames.narrow(3, 1, w)));

        var stacked = Scale * stack(contrasts);                                                  // [C, T, V]
        if (contrasts.Count == 1)
            return new(stacked[0], FrameAttention: attention);
        if (_aggregation is null)
            return new(stacked.mean([0]), stacked, FrameAttention: attention);
        var weights = LinearSoftmaxWeights(stacked, _aggregation);
        return new((stacked * weights).sum([0]), stacked, weights, attention);
    }

    /// <summary>
    /// Similarities of the video as the sentence sees it with A vectors of the text [T, V, A], those of its frames as each word
    /// sees them with B [T, V, F, B], and the sentence's attention [T, V, N]. Without LVA the mean of the frames, and the frames
    /// themselves, the same for every text.
    /// </summary>
    private (Tensor Videos, Tensor Frames, Tensor? Attention) Similarities(
        TextSide text, VideoSide video, Tensor withVideo, Tensor withFrames)
    {
        if (_attention is null)
        {
            var (t, v) = (text.Sentence.shape[0], video.Features.shape[0]);
            var (n, d) = (video.Features.shape[1], video.Features.shape[2]);
            var whole = new DenseVectors(video.Vector.view(v, 1, 1, d).expand(v, t, 1, d), withVideo);
            var each = new DenseVectors(Unit(video.Features).unsqueeze(1).expand(v, t, n, d), withFrames);
            return (whole.Similarities(.., ..).squeeze(2), each.Similarities(.., ..), null);
        }
        var texts = cat([text.Sentence.unsqueeze(1), text.Words], 1);
        var (seen, attention) = _attention.Attend(
            texts, cat([withVideo, withFrames], 1), video.Features, video.Mask, video.Gram);
        var a = (int)withVideo.shape[1];
        return (seen.Similarities(..1, ..a).squeeze(2), seen.Similarities(1.., a..), attention);
    }

    /// <summary>Similarities of the video with the words [T, V, W], SR, ISA. [T, V].</summary>
    private Tensor VideoWord(Tensor similarities, Tensor weight) => InteractiveAggregation(Kept(similarities), weight);

    /// <summary>
    /// Similarities of the frames with the sentence [T, V, F], SR with one value fused of the rest, ISA. [T, V].
    /// </summary>
    private Tensor SentenceFrame(Tensor similarities, Tensor weight)
    {
        if (_config.Has(TcMgcParts.SimilarityReorganisation))
        {
            var (all, keep) = (similarities.shape[2], _config.KeptOf(similarities.shape[2]));
            var sorted = Largest.Of(similarities, (int)all);
            var rest = sorted.narrow(2, keep, all - keep);
            var fused = (rest.softmax(-1) * rest).sum(-1, keepdim: true);
            similarities = cat([sorted.narrow(2, 0, keep), fused], 2);                           // [T, V, k+1]
        }
        return InteractiveAggregation(similarities, weight);
    }

    /// <summary>Similarities of the frames with the words, projected, [T, V, F, W]; Bi-SR, Bi-ISA. [T, V].</summary>
    private Tensor FrameWord(Tensor similarities)
    {
        var byWord = Kept(similarities);                                                         // [T, V, frames, words k]
        var kept = Kept(byWord.transpose(2, 3));                                                 // [T, V, words k, frames k]
        var wordLevel = InteractiveAggregation(kept.transpose(2, 3), _word!);
        var frameLevel = InteractiveAggregation(kept, _frame!);
        return InteractiveAggregation(wordLevel, _frameAgain!).Plus(InteractiveAggregation(frameLevel, _wordAgain!)) / s_two;
    }

    /// <summary>SR over the last axis: the largest k in falling order; without SR all of them as they are.</summary>
    private Tensor Kept(Tensor similarities) => _config.Has(TcMgcParts.SimilarityReorganisation)
        ? Largest.Of(similarities, _config.KeptOf(similarities.shape[^1]))
        : similarities;

    /// <summary>ISA over the last axis: Σ x · softmax(λ · (softmax(λ·x) · A)).</summary>
    private Tensor InteractiveAggregation(Tensor x, Tensor weight)
    {
        var mixed = (x * _sharpness).softmax(-1).matmul(weight);
        return (x * (mixed * _sharpness).softmax(-1)).sum(-1);
    }

    /// <summary>LSA: softmax over the contrasts of (scores · B). [C, T, V].</summary>
    private static Tensor LinearSoftmaxWeights(Tensor contrasts, Tensor weight) =>
        contrasts.permute(1, 2, 0).matmul(weight).softmax(-1).permute(2, 0, 1);
}
