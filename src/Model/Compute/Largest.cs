using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>
/// The largest values of the last axis. libtorch's topk sorts row after row; where no gradients are wanted, many rows are sorted
/// at once here, one in each lane of the processor's vectors, which takes a tenth of the time.
/// </summary>
internal static class Largest
{
    private const int Longest = 256;

    /// <summary>x [..., n] → its k largest values in falling order [..., k].</summary>
    public static Tensor Of(Tensor x, int k)
    {
        var n = x.shape[^1];
        var rows = x.numel() / n;
        var sortedHere = !x.requires_grad && x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU
            && n <= Longest && rows >= Vector<float>.Count;
        if (!sortedHere)
            return x.topk(k, -1).values;
        using var columns = x.reshape(rows, n).t().contiguous();                                 // [n, rows]
        var largest = empty(k, rows);
        Sort(columns.Memory(), largest.Memory(), (int)n, (int)rows);
        return largest.t().view([.. x.shape[..^1], k]);
    }

    /// <summary>The largest of each column of [n, width], as many as the target [k, width] has rows.</summary>
    private static void Sort(ReadOnlySpan<float> columns, Span<float> largest, int n, int width)
    {
        var lanes = Vector<float>.Count;
        Span<Vector<float>> values = stackalloc Vector<float>[(int)BitOperations.RoundUpToPowerOf2((uint)n)];
        for (var start = 0; start < width; start += lanes)
        {
            // the last columns may be sorted twice
            var at = Math.Min(start, width - lanes);
            for (var i = 0; i < n; i++)
                values[i] = new(columns[((i * width) + at)..]);
            values[n..].Fill(new(float.NegativeInfinity));
            Sort(values);
            for (var i = 0; i * width < largest.Length; i++)
                values[i].CopyTo(largest[((i * width) + at)..]);
        }
    }

    /// <summary>Batcher's bitonic sorter, falling, in each lane; there are 2ⁿ values.</summary>
    private static void Sort(Span<Vector<float>> values)
    {
        for (var run = 2; run <= values.Length; run *= 2)
            for (var distance = run / 2; distance > 0; distance /= 2)
                for (var i = 0; i < values.Length; i++)
                {
                    if ((i & distance) != 0)
                        continue;
                    var (a, b) = (values[i], values[i + distance]);
                    var falling = (i & run) == 0;
                    values[i] = falling ? Vector.MaxNative(a, b) : Vector.MinNative(a, b);
                    values[i + distance] = falling ? Vector.MinNative(a, b) : Vector.MaxNative(a, b);
                }
    }
}
