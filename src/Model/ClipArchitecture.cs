using System.Text.Json.Serialization;
using TcMgc.Model.Clip;
using TcMgc.Model.Compute;
using TcMgc.Model.Encoders;
using static TorchSharp.torch;

namespace TcMgc.Model;

/// <summary>
/// The sizes of a CLIP: a ViT over images and a causal transformer over tokens that meet in one embedding space.
/// Attention heads are 64 wide, as in OpenAI's: a tower of width C has C / 64 heads.
/// </summary>
/// <param name="EmbeddingWidth">D: width of the joint embedding space.</param>
/// <param name="Vision">The image tower.</param>
/// <param name="Text">The text tower.</param>
public sealed record ClipArchitecture(int EmbeddingWidth, VisionArchitecture Vision, TextArchitecture Text) : IDualEncoder
{
    /// <summary>Channels of one attention head.</summary>
    public const int HeadWidth = 64;

    /// <summary>The non-linearity in the blocks of both towers. Transformers of heads have QuickGELU, as published.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Activation>))]
    public Activation Activation { get; init; }

    /// <summary>The architectures that have a name.</summary>
    public static IReadOnlyDictionary<string, ClipArchitecture> Named { get; } = new Dictionary<string, ClipArchitecture>(
        StringComparer.OrdinalIgnoreCase)
    {
        ["ViT-B/32"] = new(512, new(224, 32, 768, 12), new(77, 49408, 512, 12)),
        ["ViT-B/16"] = new(512, new(224, 16, 768, 12), new(77, 49408, 512, 12)),
        ["ViT-L/14"] = new(768, new(224, 14, 1024, 24), new(77, 49408, 768, 12)),
        ["ViT-L/14@336px"] = new(768, new(336, 14, 1024, 24), new(77, 49408, 768, 12)),
        ["ViT-S/32"] = new(256, new(224, 32, 256, 6), new(77, 49408, 256, 4)),
        ["ViT-T/16"] = new(128, new(64, 16, 128, 4), new(32, 49408, 128, 2)),
        ["ViT-T/8"] = new(128, new(64, 8, 128, 4), new(32, 49408, 128, 2)),
    };

    int IDualEncoder.Width => EmbeddingWidth;

    int IDualEncoder.FrameSide => Vision.ImageSize;

    IReadOnlyList<float> IDualEncoder.Mean => ImageEncoder.Mean;

    IReadOnlyList<float> IDualEncoder.Deviation => ImageEncoder.Deviation;

    int IDualEncoder.Vocabulary => Text.Vocabulary;

    int IDualEncoder.Context => Text.Context;

    int IDualEncoder.AttentionHeads => Text.Width / HeadWidth;

    string IDualEncoder.FramePrefix => ImageEncoder.Prefix;

    string IDualEncoder.TextPrefix => TextEncoder.Prefix;

    nn.Module<Tensor, Tensor> IDualEncoder.CreateFrameEncoder(Layers layers) => new ImageEncoder(layers, this);

    nn.Module<Tensor, (Tensor Sentence, Tensor Words)> IDualEncoder.CreateTextEncoder(Layers layers) =>
        new TextEncoder(layers, this);

    /// <summary>The text tower is causal, and a sentence is read at its end token: what follows changes nothing.</summary>
    Tensor IDualEncoder.WithoutPadding(Tensor tokens) => tokens.narrow(1, 0, tokens.argmax(1).max().item<long>() + 1);
}

/// <summary>The non-linearity between a block's two linear layers; weights are useless with another than their own.</summary>
public enum Activation
{
    /// <summary>x · σ(1.702 x): OpenAI's, and of what was trained on from it.</summary>
    QuickGelu,

    /// <summary>x · Φ(x), exactly: OpenCLIP's, unless a model's configuration says otherwise.</summary>
    Gelu,
}

/// <summary>The image tower: patches, a class token, pre-norm blocks.</summary>
/// <param name="ImageSize">Side of the square input in pixels.</param>
/// <param name="PatchSize">Side of a patch in pixels; divides the image size or leaves a border unused, as a convolution
/// does.</param>
/// <param name="Width">Channels of the tower; a multiple of 64.</param>
/// <param name="Layers">Residual blocks.</param>
public sealed record VisionArchitecture(int ImageSize, int PatchSize, int Width, int Layers)
{
    /// <summary>Patches along one side.</summary>
    [JsonIgnore]
    public int Grid => ImageSize / PatchSize;
}

/// <summary>The text tower: a causal transformer over byte-pair tokens.</summary>
/// <param name="Context">Rows of the position embedding: the longest text, start and end token included.</param>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="Width">Channels of the tower; a multiple of 64.</param>
/// <param name="Layers">Residual blocks.</param>
public sealed record TextArchitecture(int Context, int Vocabulary, int Width, int Layers);
