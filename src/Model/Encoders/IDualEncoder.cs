using TcMgc.Model.Compute;
using static TorchSharp.torch;

namespace TcMgc.Model.Encoders;

/// <summary>
/// An encoder of frames and one of texts that meet in one embedding space, with what the rest of a model has to know of them. A
/// new kind of them brings this and a tokenizer (docs/encoders.md).
/// </summary>
internal interface IDualEncoder
{
    /// <summary>D: width of the embedding space.</summary>
    int Width { get; }

    /// <summary>S: side of the square frames, in pixels.</summary>
    int FrameSide { get; }

    /// <summary>Channel means of pixels in 0…1 that frames are normalised with.</summary>
    IReadOnlyList<float> Mean { get; }

    /// <summary>Channel deviations of pixels in 0…1 that frames are normalised with.</summary>
    IReadOnlyList<float> Deviation { get; }

    /// <summary>Tokens there are.</summary>
    int Vocabulary { get; }

    /// <summary>The longest text in tokens, start and end included.</summary>
    int Context { get; }

    /// <summary>Attention heads of a head's transformers over frames; they divide D.</summary>
    int AttentionHeads { get; }

    /// <summary>What stands before the names of the frame encoder's parameters, with its dot.</summary>
    string FramePrefix { get; }

    /// <summary>What stands before the names of the text encoder's parameters, with its dot.</summary>
    string TextPrefix { get; }

    /// <summary>Whether a parameter is the encoders', by its name; others are the head's.</summary>
    bool Owns(string parameter) => parameter.StartsWith(FramePrefix, StringComparison.Ordinal)
        || parameter.StartsWith(TextPrefix, StringComparison.Ordinal);

    /// <summary>Normalised pixels [B, 3, S, S] → [B, D], not of unit length. Its weights are still to be read.</summary>
    nn.Module<Tensor, Tensor> CreateFrameEncoder(Layers layers);

    /// <summary>
    /// Tokens [T, L] int64, zero padded → the sentences [T, D] and the words [T, L, D], not of unit length. Its weights are
    /// still to be read.
    /// </summary>
    nn.Module<Tensor, (Tensor Sentence, Tensor Words)> CreateTextEncoder(Layers layers);

    /// <summary>
    /// Tokens [T, W] without the columns on which no sentence depends, [T, L]: for heads that read no words. All of them, where
    /// padding takes part in a sentence.
    /// </summary>
    Tensor WithoutPadding(Tensor tokens) => tokens;
}
