using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Clip;

/// <summary>CLIP's causal text transformer.</summary>
internal sealed class TextEncoder : nn.Module<Tensor, (Tensor Sentence, Tensor Words)>
{
    /// <summary>What stands before the names of its parameters.</summary>
    public const string Prefix = "clip.";

    [ComponentName(Name = "token_embedding")]
    private readonly EmbeddingTable _tokens;

    [ComponentName(Name = "positional_embedding")]
    private readonly Parameter _positions;

    [ComponentName(Name = "transformer")]
    private readonly Transformer _transformer;

    [ComponentName(Name = "ln_final")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "text_projection")]
    private readonly Parameter _projection;

    public TextEncoder(Layers layers, ClipArchitecture clip) : base(nameof(TextEncoder))
    {
        var text = clip.Text;
        _tokens = new(layers, text.Vocabulary, text.Width);
        _positions = layers.Parameter(text.Context, text.Width);
        var heads = text.Width / ClipArchitecture.HeadWidth;
        _transformer = new(layers, text.Width, text.Layers, heads, clip.Activation, causal: true);
        _norm = layers.LayerNorm(text.Width);
        _projection = layers.Parameter(text.Width, clip.EmbeddingWidth);
        RegisterComponents();
    }

    /// <summary>
    /// Tokens [T, W] int64, zero padded, the end token having the highest id → the sentence [T, D] at the end token and the
    /// words [T, W, D] at every position, padding included; neither is normalised.
    /// </summary>
    public override (Tensor Sentence, Tensor Words) forward(Tensor tokens)
    {
        var (texts, length, width) = (tokens.shape[0], tokens.shape[1], _projection.shape[1]);
        var x = _tokens.call(tokens).Plus(_positions.narrow(0, 0, length));                          // [T, W, C]
        x = _norm.call(_transformer.call(x, null));
        var words = x.matmul(_projection);                                                       // [T, W, D]
        var end = tokens.argmax(1).view(texts, 1, 1).expand(texts, 1, width);
        return (words.gather(1, end).squeeze(1), words);
    }
}
