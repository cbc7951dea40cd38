using static TorchSharp.torch;

namespace TcMgc.Training;

/// <summary>B videos and K captions of each, in the CPU's memory. A frozen side is already encoded.</summary>
/// <param name="Mask">[B, N]: 1 where there is a frame.</param>
/// <param name="Rgb">[B·N, S, S, 3] bytes; null where frames are encoded.</param>
/// <param name="Frames">[B, N, D] frame embeddings, zero after a video's last frame; null where there are pixels.</param>
/// <param name="Tokens">[K·B, W] int64; null where texts are encoded.</param>
/// <param name="Sentence">[K·B, D]; null where there are tokens.</param>
/// <param name="Words">[K·B, W, D]; null where there are tokens.</param>
internal sealed record PairBatch(Tensor Mask, Tensor? Rgb, Tensor? Frames, Tensor? Tokens, Tensor? Sentence, Tensor? Words);
