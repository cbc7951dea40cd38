using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Clip;

/// <summary>The pre-norm transformer of CLIP, shared by its two towers, the temporal encoder and the cross encoder.</summary>
internal sealed class Transformer : nn.Module<Tensor, Tensor?, Tensor>
{
    /// <summary>What the published code takes from logits that attention must not see.</summary>
    private static readonly Scalar s_masked = 1_000_000f.ToScalar(), s_one = 1f.ToScalar();

    [ComponentName(Name = "resblocks")]
    private readonly ModuleList<ResidualBlock> _blocks;

    /// <param name="layers">Makes its layers.</param>
    /// <param name="width">C: channels.</param>
    /// <param name="depth">Residual blocks.</param>
    /// <param name="heads">Attention heads; they divide the width.</param>
    /// <param name="activation">Between the two layers of each block's perceptron.</param>
    /// <param name="causal">Whether a position sees only those before it and itself.</param>
    public Transformer(
        Layers layers, long width, int depth, long heads, Activation activation = Activation.QuickGelu, bool causal = false)
        : base(nameof(Transformer))
    {
        _blocks = [.. Enumerable.Range(0, depth).Select(_ => new ResidualBlock(layers, width, heads, activation, causal))];
        RegisterComponents();
    }

    /// <summary>
    /// The weights of every transformer in a module, [outputs, inputs] each, for <see cref="PackedWeights"/> where they never
    /// change again.
    /// </summary>
    public static IEnumerable<Tensor> WeightsIn(nn.Module module) =>
        module.modules().OfType<ResidualBlock>().SelectMany(block => block.parameters()).Where(weight => weight.ndim == 2);

    /// <summary>x [B, L, C] → [B, L, C]; the mask adds to the attention's logits [B, heads, L, L] by broadcasting.</summary>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        foreach (var block in _blocks)
            x = block.call(x, mask);
        return x;
    }

    /// <summary>0 where a 0/1 mask [V, N] shows a frame and −1e6 where it hides one, as [V, 1, 1, N].</summary>
    public static Tensor AdditiveMask(Tensor mask) => ((mask - s_one) * s_masked).view(mask.shape[0], 1, 1, mask.shape[1]);
}

/// <summary>x + attention(norm(x)), then x + perceptron(norm(x)).</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "ln_1")]
    private readonly LayerNorm _attentionNorm;

    [ComponentName(Name = "attn")]
    private readonly SelfAttention _attention;

    [ComponentName(Name = "ln_2")]
    private readonly LayerNorm _perceptronNorm;

    [ComponentName(Name = "mlp")]
    private readonly Perceptron _perceptron;

    public ResidualBlock(Layers layers, long width, long heads, Activation activation, bool causal) : base(nameof(ResidualBlock))
    {
        _attentionNorm = layers.LayerNorm(width);
        _attention = new(layers, width, heads, causal);
        _perceptronNorm = layers.LayerNorm(width);
        _perceptron = new(layers, width, activation);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(_attention.call(_attentionNorm.call(x), mask));
        return x.Plus(_perceptron.call(_perceptronNorm.call(x))).MoveToOuterDisposeScope();
    }
}

/// <summary>Multi-head self-attention: softmax(q·k/√c)·v, c channels a head.</summary>
internal sealed class SelfAttention : nn.Module<Tensor, Tensor?, Tensor>
{
    private static readonly Scalar s_hidden = float.NegativeInfinity.ToScalar();

    private readonly Scalar _scale;
    private readonly long _heads;
    private readonly bool _causal;

    [ComponentName(Name = "in_proj_weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "in_proj_bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "out_proj")]
    private readonly Linear _output;

    public SelfAttention(Layers layers, long width, long heads, bool causal) : base(nameof(SelfAttention))
    {
        (_heads, _causal, _scale) = (heads, causal, Math.Sqrt((double)heads / width).ToScalar());
        _weight = layers.Parameter(3 * width, width);
        _bias = layers.Parameter(3 * width);
        _output = layers.Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor? mask)
    {
        var (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var qkv = PackedWeights.Linear(x, _weight, _bias)                                  // [B, L, 3C]
            .view(batch, length, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4);        // [3, B, heads, L, c]
        var parts = qkv.unbind(0);
        // On processors, gradients of the fused attention in half precision take five times as long: it multiplies head by head.
        var y = qkv.requires_grad && qkv.dtype != ScalarType.Float32 && qkv.device_type == DeviceType.CPU
            ? Attend(parts[0], parts[1], parts[2], mask)
            : nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], mask, is_casual: _causal);
        return PackedWeights.Linear(y.transpose(1, 2).reshape(batch, length, width), _output.weight!, _output.bias!);
    }

    private Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var logits = (queries * _scale).matmul(keys.transpose(2, 3));                      // [B, heads, L, L]
        if (mask is not null)
            logits = logits.Plus(mask);
        if (_causal)
            logits = logits.masked_fill(ones(logits.shape[2], logits.shape[3], ScalarType.Bool).triu_(1), s_hidden);
        return logits.softmax(-1).matmul(values);
    }
}

/// <summary>Two linear layers with an activation between them; the hidden one is four times as wide.</summary>
internal sealed class Perceptron : nn.Module<Tensor, Tensor>
{
    private static readonly Scalar s_slope = 1.702f.ToScalar();

    private readonly Activation _activation;

    [ComponentName(Name = "c_fc")]
    private readonly Linear _hidden;

    [ComponentName(Name = "c_proj")]
    private readonly Linear _output;

    public Perceptron(Layers layers, long width, Activation activation) : base(nameof(Perceptron))
    {
        _activation = activation;
        _hidden = layers.Linear(width, 4 * width);
        _output = layers.Linear(4 * width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var hidden = PackedWeights.Linear(x, _hidden.weight!, _hidden.bias!);
        hidden = _activation == Activation.QuickGelu ? QuickGelu(hidden) : nn.functional.gelu(hidden);
        return PackedWeights.Linear(hidden, _output.weight!, _output.bias!);
    }

    /// <summary>CLIP's activation, x · sigmoid(1.702 x).</summary>
    public static Tensor QuickGelu(Tensor x) => (x * s_slope).sigmoid_() * x;
}
