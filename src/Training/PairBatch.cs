using static TorchSharp.torch;

namespace TcMgc.Training;

/// <summary>B videos and K captions of each, in the processor's memory; a side that is frozen comes encoded.</summary>
/// <param name="Mask">[B, N]: 1 where there is a frame.</param>
/// <param name="Rgb">[B·N, S, S, 3] bytes; null where frames come encoded.</param>
/// <param name="Frames">[B, N, D] frame embeddings, zero behind a video's end; null where pixels come.</param>
/// <param name="Tokens">[K·B, W] int64; null where texts come encoded.</param>
/// <param name="Sentence">[K·B, D]; null where tokens come.</param>
/// <param name="Words">[K·B, W, D]; null where tokens come.</param>
internal sealed record PairBatch(Tensor Mask, Tensor? Rgb, Tensor? Frames, Tensor? Tokens, Tensor? Sentence, Tensor? Words);
