using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>A text as a head sees it.</summary>
/// <param name="Sentence">[T, D], not normalised.</param>
/// <param name="Words">[T, W, D], every position, padding included; not normalised.</param>
internal sealed record TextSide(Tensor Sentence, Tensor Words);

/// <summary>A video as a head sees it; computed once, when the video is indexed.</summary>
/// <param name="Vector">[V, D], unit length: what candidates are found by.</param>
/// <param name="Features">[V, N, D]: the frames that pairs are scored with, where the head scores more than the vector.</param>
/// <param name="Mask">[V, N]: 1 where there is a frame.</param>
/// <param name="Gram">[V, P] of <see cref="HeadModule.Gram"/>; null where it is not known yet.</param>
internal sealed record VideoSide(Tensor Vector, Tensor Features, Tensor Mask, Tensor? Gram = null);

/// <summary>Score of every text with every video, and what explains it.</summary>
/// <param name="Logits">[T, V], exp(logit_scale) included.</param>
/// <param name="Contrasts">[C, T, V] the head's single scores; null for heads with one.</param>
/// <param name="Weights">[C, T, V] the weight of each contrast in the score; null for heads with one.</param>
/// <param name="FrameAttention">[T, V, N] each frame's part of the sentence's attention; null for heads without any.</param>
internal sealed record PairScores(Tensor Logits, Tensor? Contrasts = null, Tensor? Weights = null, Tensor? FrameAttention = null);
