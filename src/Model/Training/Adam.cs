using System.Numerics;
using System.Runtime.InteropServices;

namespace TcMgc.Model.Training;

/// <summary>Adam with decoupled weight decay (AdamW) for one parameter; its two moments.</summary>
internal sealed class Adam(int count, TrainingOptions options)
{
    private const float Epsilon = 1e-6f;

    /// <summary>m: decaying mean of the gradient.</summary>
    public float[] Mean { get; } = new float[count];

    /// <summary>v: decaying mean of its square.</summary>
    public float[] Square { get; } = new float[count];

    /// <summary>One step in place.</summary>
    /// <param name="weights">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="scale">Factor on the gradient, for clipping and averaging.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="step">From 1, for the bias correction.</param>
    public void Update(Span<float> weights, ReadOnlySpan<float> gradient, float scale, float rate, float decay, long step)
    {
        float b1 = (float)options.Beta1, b2 = (float)options.Beta2;
        var stepSize = (float)(rate / (1 - Math.Pow(options.Beta1, step)));
        var unbias = (float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)));
        var keep = 1 - (rate * decay);

        var w = MemoryMarshal.Cast<float, Vector<float>>(weights);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        var m = MemoryMarshal.Cast<float, Vector<float>>(Mean.AsSpan());
        var v = MemoryMarshal.Cast<float, Vector<float>>(Square.AsSpan());
        for (var i = 0; i < w.Length; i++)
        {
            var grad = g[i] * scale;
            m[i] = (m[i] * b1) + (grad * (1 - b1));
            v[i] = (v[i] * b2) + (grad * grad * (1 - b2));
            w[i] = (w[i] * keep) - (m[i] * stepSize / ((Vector.SquareRoot(v[i]) * unbias) + new Vector<float>(Epsilon)));
        }
        for (var i = w.Length * Vector<float>.Count; i < weights.Length; i++)
        {
            var grad = gradient[i] * scale;
            Mean[i] = (Mean[i] * b1) + (grad * (1 - b1));
            Square[i] = (Square[i] * b2) + (grad * grad * (1 - b2));
            weights[i] = (weights[i] * keep) - (Mean[i] * stepSize / ((MathF.Sqrt(Square[i]) * unbias) + Epsilon));
        }
    }
}
