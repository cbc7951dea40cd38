using TcMgc.Model.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Training;

/// <summary>
/// The losses of the papers over a batch of B videos and K captions of each: texts [K·B], the first captions of all videos before
/// the second ones. Each round of B texts is a batch of its own, so that with K = 1 these are the papers' losses.
/// </summary>
internal static class Losses
{
    private static readonly Scalar s_half = (-0.5f).ToScalar();

    /// <summary>Symmetric InfoNCE over logits [K·B, B], where text k·B + i matches video i.</summary>
    public static Tensor InfoNce(Tensor logits)
    {
        var rounds = Rounds(logits);                                                             // [K, B, B]
        return Matching(rounds.log_softmax(2)).Plus(Matching(rounds.log_softmax(1))) * s_half;
    }

    /// <summary>
    /// SDR, similarity decorrelation: the mean over matching pairs of the unbiased variance of their C contrasts [C, K·B, B].
    /// </summary>
    public static Tensor SimilarityDecorrelation(Tensor contrasts) => Matching(Rounds(contrasts.var([0])));

    private static Tensor Rounds(Tensor matrix) => matrix.view(-1, matrix.shape[1], matrix.shape[1]);

    /// <summary>The mean over the pairs that match.</summary>
    private static Tensor Matching(Tensor rounds) => rounds.diagonal(0, 1, 2).mean();
}
