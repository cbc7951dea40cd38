using System.Runtime.InteropServices;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Store;

/// <summary>
/// Weights before any training, the same for the same seed: CLIP's and CLIP4Clip's scales for what is random, the identity
/// for the similarity matrices, ones and zeros for norms and biases.
/// </summary>
public static class RandomWeights
{
    private const float PositionDeviation = 0.01f, TokenDeviation = 0.02f;

    /// <summary>ln(1 / 0.07), CLIP's initial logit scale.</summary>
    private static readonly float InitialLogitScale = MathF.Log(1 / 0.07f);

    /// <summary>Every parameter of a configuration.</summary>
    public static IEnumerable<TensorSource> Of(ModelConfig config, int seed) =>
        ParameterSpec.Of(config).Select(parameter => Source(parameter, config, seed));

    /// <summary>The initial values of one parameter, row by row.</summary>
    public static float[] Values(ParameterSpec parameter, ModelConfig config, int seed)
    {
        var values = new float[parameter.Count];
        if (parameter.Name == "clip.logit_scale")
            values[0] = InitialLogitScale;
        else if (IsIdentity(parameter))
            for (var i = 0; i < parameter.Shape[0]; i++)
                values[(i * parameter.Shape[1]) + i] = 1;
        else if (parameter.Shape.Count == 1 && IsNormWeight(parameter.Name))
            Array.Fill(values, 1f);
        else if (!IsBias(parameter.Name))
            Normal(values, Deviation(parameter, config), new Random(HashCode(parameter.Name, seed)));
        return values;
    }

    private static TensorSource Source(ParameterSpec parameter, ModelConfig config, int seed) =>
        new(parameter.Name, ElementType.Float32, parameter.Shape,
            stream => stream.Write(MemoryMarshal.AsBytes<float>(Values(parameter, config, seed))));

    /// <summary>
    /// A similarity or aggregation matrix: square, and none of a layer's but the language–video attention's residual one.
    /// </summary>
    private static bool IsIdentity(ParameterSpec parameter) => parameter.Shape is [var rows, var columns] && rows == columns
        && (!parameter.Name.Contains('.', StringComparison.Ordinal)
        || parameter.Name == "conditional_transformer.pool_frames.linear_proj.weight");

    private static bool IsBias(string name) => name.EndsWith("bias", StringComparison.Ordinal)
        || name.EndsWith("bias_ih_l0", StringComparison.Ordinal)
        || name.EndsWith("bias_hh_l0", StringComparison.Ordinal);

    private static bool IsNormWeight(string name) =>
        name.EndsWith(".weight", StringComparison.Ordinal)
        && (name.Contains("ln_", StringComparison.Ordinal) || name.Contains("layer_norm", StringComparison.Ordinal));

    private static float Deviation(ParameterSpec parameter, ModelConfig config)
    {
        var (name, clip) = (parameter.Name, config.Clip);
        var tower = name.StartsWith("clip.visual.", StringComparison.Ordinal)
            ? (clip.Vision.Width, clip.Vision.Layers) : (clip.Text.Width, clip.Text.Layers);
        var (width, layers) = ((float)tower.Item1, (float)tower.Item2);
        return name switch
        {
            _ when name.EndsWith("token_embedding.weight", StringComparison.Ordinal) => TokenDeviation,
            _ when name.Contains("visual.", StringComparison.Ordinal) && name.EndsWith("embedding", StringComparison.Ordinal) =>
                1 / MathF.Sqrt(width),
            _ when name.Contains("position", StringComparison.Ordinal) => PositionDeviation,
            _ when name.EndsWith("in_proj_weight", StringComparison.Ordinal) => 1 / MathF.Sqrt(width),
            _ when name.EndsWith("out_proj.weight", StringComparison.Ordinal)
                || name.EndsWith("c_proj.weight", StringComparison.Ordinal) =>
                1 / MathF.Sqrt(width * 2 * layers),
            _ when name.EndsWith("c_fc.weight", StringComparison.Ordinal) => 1 / MathF.Sqrt(2 * width),
            _ when name.EndsWith("proj", StringComparison.Ordinal) || name.EndsWith("projection", StringComparison.Ordinal) =>
                1 / MathF.Sqrt(width),
            _ => 1 / MathF.Sqrt(parameter.Count / (float)parameter.Shape[0]),
        };
    }

    /// <summary>Box–Muller.</summary>
    private static void Normal(Span<float> values, float deviation, Random random)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * deviation;
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length)
                values[i + 1] = (float)(radius * sin);
        }
    }

    /// <summary>FNV-1a of name and seed: each parameter has its own stream, whichever others there are.</summary>
    private static int HashCode(string name, int seed)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var c in name)
            hash = (hash ^ c) * 16777619u;
        return (int)hash;
    }
}
