using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>
/// A head, cut where serving cuts it: what depends on the video alone (<see cref="Video"/>) is computed when it is indexed,
/// what depends on the text alone (<see cref="Query"/>) once a query, the rest per pair.
/// </summary>
internal abstract class HeadModule : nn.Module
{
    private static readonly Scalar s_one = 1f.ToScalar();

    [ComponentName(Name = "clip.logit_scale")]
    private readonly Parameter _logitScale;

    protected HeadModule(string name, Layers layers) : base(name) => _logitScale = layers.Parameter();

    /// <summary>What depends on the video alone. frames [V, N, D] from the frame encoder, mask [V, N] of 0/1.</summary>
    public abstract VideoSide Video(Tensor frames, Tensor mask);

    /// <summary>The vector [T, D], unit length, that candidates are found by.</summary>
    public virtual Tensor Query(TextSide text) => Unit(text.Sentence);

    /// <summary>
    /// P: numbers of a video that follow from its features alone, that scoring it with any text needs, and that are worth keeping
    /// where it is scored again and again; 0 where there are none.
    /// </summary>
    public virtual long GramSize => 0;

    /// <summary>These numbers of features [V, N, D]. [V, P].</summary>
    public virtual Tensor Gram(Tensor features) => empty([features.shape[0], 0]);

    /// <summary>Every text with every video.</summary>
    public abstract PairScores Score(TextSide text, VideoSide video);

    /// <summary>exp(logit_scale), the factor on all logits.</summary>
    protected Tensor Scale => _logitScale.exp();

    /// <summary>exp(logit_scale) · cos(sentence, video). [T, V].</summary>
    protected Tensor Cosine(TextSide text, VideoSide video) => Scale * Unit(text.Sentence).matmul(video.Vector.t());

    /// <summary>Unit length over the last axis; zero stays zero.</summary>
    protected static Tensor Unit(Tensor x) => nn.functional.normalize(x, dim: -1);

    /// <summary>Mean over the frames [V, N, D] that the mask [V, N] shows; zero for a video without any. [V, D].</summary>
    protected static Tensor Mean(Tensor frames, Tensor mask) =>
        mask.unsqueeze(1).matmul(frames).squeeze(1) / mask.sum(1, keepdim: true).clamp_min(s_one);
}
