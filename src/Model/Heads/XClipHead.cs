using TcMgc.Model.Compute;
using TcMgc.Model.Temporal;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>X-CLIP: four contrasts, each aggregated by attention over its similarities (AOSM), and their mean.</summary>
internal sealed class XClipHead : HeadModule
{
    private static readonly Scalar s_two = 2f.ToScalar(), s_quarter = 0.25f.ToScalar();

    private readonly Scalar _temperature;

    [ComponentName(Name = ParameterNames.Unnamed)]
    private readonly TemporalTransformer _temporal;

    [ComponentName(Name = "global_mat_weight")]
    private readonly Parameter _global;

    [ComponentName(Name = "word_logit_weight")]
    private readonly Parameter _wordLogit;

    [ComponentName(Name = "frame_logit_weight")]
    private readonly Parameter _frameLogit;

    [ComponentName(Name = "local_mat_weight")]
    private readonly Parameter _local;

    [ComponentName(Name = "word_mat_weight")]
    private readonly Parameter _word;

    [ComponentName(Name = "frame_mat_weight")]
    private readonly Parameter _frame;

    [ComponentName(Name = "frame_mat_weight2")]
    private readonly Parameter _frameAgain;

    [ComponentName(Name = "word_mat_weight2")]
    private readonly Parameter _wordAgain;

    public XClipHead(Layers layers, ModelConfig config) : base(nameof(XClipHead), layers)
    {
        long d = config.Encoders.Width, w = config.Words, n = config.Frames;
        _temperature = config.Temperature.ToScalar();
        _temporal = new(layers, config);
        (_global, _local) = (layers.Parameter(d, d), layers.Parameter(d, d));
        (_wordLogit, _word, _wordAgain) = (layers.Parameter(w, w), layers.Parameter(w, w), layers.Parameter(w, w));
        (_frameLogit, _frame, _frameAgain) = (layers.Parameter(n, n), layers.Parameter(n, n), layers.Parameter(n, n));
        RegisterComponents();
    }

    public override VideoSide Video(Tensor frames, Tensor mask)
    {
        var temporal = _temporal.call(frames, mask);
        return new(Unit(Mean(Unit(temporal), mask)), frames, mask);
    }

    public override Tensor Query(TextSide text) => Unit(Unit(text.Sentence).matmul(_global));

    public override PairScores Score(TextSide text, VideoSide video)
    {
        Tensor sentence = Unit(text.Sentence), words = Unit(text.Words), frames = Unit(video.Features);
        long t = words.shape[0], w = words.shape[1], v = frames.shape[0], n = frames.shape[1];
        var framesAcross = frames.flatten(0, 1).t();                                             // [D, V·N]

        var videoSentence = sentence.matmul(_global).matmul(video.Vector.t());                   // [T, V]
        var vw = words.matmul(video.Vector.t()).transpose(1, 2);                                 // [T, V, W]
        var videoWord = Attend(vw, _wordLogit);
        var sf = sentence.matmul(framesAcross).view(t, v, n);                                    // [T, V, N]
        var sentenceFrame = Attend(sf, _frameLogit);

        var fw = words.matmul(_local).matmul(framesAcross).view(t, w, v, n).transpose(1, 2);     // [T, V, W, N]
        var wordLevel = Attend(fw.transpose(2, 3), _word);                                       // [T, V, N]
        var frameLevel = Attend(fw, _frame);                                                     // [T, V, W]
        var frameWord = Attend(wordLevel, _frameAgain).Plus(Attend(frameLevel, _wordAgain)) / s_two;

        var contrasts = Scale * stack([videoSentence, videoWord, sentenceFrame, frameWord]);
        return new(contrasts.mean([0]), contrasts, full_like(contrasts, s_quarter), (sf / _temperature).softmax(-1));
    }

    /// <summary>AOSM: softmax(x / τ) · M over the last axis, then the weighted sum.</summary>
    private Tensor Attend(Tensor x, Tensor weight) => (x * (x / _temperature).softmax(-1).matmul(weight)).sum(-1);
}
