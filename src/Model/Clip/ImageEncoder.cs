using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Clip;

/// <summary>CLIP's ViT: pictures to vectors in the joint embedding space, not normalised.</summary>
internal sealed class ImageEncoder : nn.Module<Tensor, Tensor>
{
    /// <summary>CLIP's channel means of pixels in 0…1.</summary>
    public static readonly float[] Mean = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>CLIP's channel deviations of pixels in 0…1.</summary>
    public static readonly float[] Deviation = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>What stands before the names of its parameters.</summary>
    public const string Prefix = "clip.visual.";

    private readonly long _patch;

    [ComponentName(Name = "conv1.weight")]
    private readonly Parameter _patchWeight;

    [ComponentName(Name = "class_embedding")]
    private readonly Parameter _classToken;

    [ComponentName(Name = "positional_embedding")]
    private readonly Parameter _positions;

    [ComponentName(Name = "ln_pre")]
    private readonly LayerNorm _normBefore;

    [ComponentName(Name = "transformer")]
    private readonly Transformer _transformer;

    [ComponentName(Name = "ln_post")]
    private readonly LayerNorm _normAfter;

    [ComponentName(Name = "proj")]
    private readonly Parameter _projection;

    public ImageEncoder(Layers layers, ClipArchitecture clip) : base(nameof(ImageEncoder))
    {
        var vision = clip.Vision;
        long width = vision.Width;
        _patch = vision.PatchSize;
        _patchWeight = layers.Parameter(width, 3, _patch, _patch);
        _classToken = layers.Parameter(width);
        _positions = layers.Parameter((vision.Grid * vision.Grid) + 1, width);
        _normBefore = layers.LayerNorm(width);
        _transformer = new(layers, width, vision.Layers, width / ClipArchitecture.HeadWidth, clip.Activation);
        _normAfter = layers.LayerNorm(width);
        _projection = layers.Parameter(width, clip.EmbeddingWidth);
        RegisterComponents();
    }

    /// <summary>Normalised pixels [B, 3, S, S] → [B, D].</summary>
    public override Tensor forward(Tensor pixels)
    {
        var (batch, width) = (pixels.shape[0], _classToken.shape[0]);
        var x = nn.functional.conv2d(pixels.to_type(_patchWeight.dtype), _patchWeight, strides: [_patch, _patch]);
        x = x.flatten(2).transpose(1, 2);                                                        // [B, G², C]
        x = cat([_classToken.expand(batch, 1, width), x], 1).Plus(_positions);                       // [B, G² + 1, C]
        x = _transformer.call(_normBefore.call(x), null);
        return _normAfter.call(x.select(1, 0)).matmul(_projection);                              // [B, D]
    }
}
