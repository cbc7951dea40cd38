namespace TcMgc.Media.Tests;

/// <summary>
/// What Pillow's <c>Image.resize(size, BICUBIC)</c> and torchvision's centre crop make of an RGB picture: a reference to compare
/// with, written from their definition (antialiased, a = -0.5, 8-bit between the passes, fixed point of 22 bits).
/// </summary>
internal static class PillowBicubic
{
    private const int PrecisionBits = 32 - 8 - 2;

    /// <summary>The shorter side to <paramref name="side"/>, the centre cut out. Pictures are (height, width, 3).</summary>
    public static byte[] ShorterSideAndCrop(byte[] rgb, int width, int height, int side)
    {
        var (wide, high) = width < height ? (side, side * height / width) : (side * width / height, side);
        var resized = Resize(rgb, width, height, wide, high);
        int left = (int)Math.Round((wide - side) / 2.0, MidpointRounding.ToEven), top = (int)Math.Round((high - side) / 2.0,
            MidpointRounding.ToEven);
        var cropped = new byte[side * side * 3];
        for (var y = 0; y < side; y++)
            Array.Copy(resized, ((top + y) * wide + left) * 3, cropped, y * side * 3, side * 3);
        return cropped;
    }

    public static byte[] Resize(byte[] rgb, int width, int height, int newWidth, int newHeight)
    {
        var horizontal = new byte[newWidth * height * 3];
        foreach (var (x, first, weights) in Kernels(width, newWidth))
            for (var y = 0; y < height; y++)
                for (var c = 0; c < 3; c++)
                    horizontal[(y * newWidth + x) * 3 + c] = Sum(rgb, (y * width + first) * 3 + c, 3, weights);
        var both = new byte[newWidth * newHeight * 3];
        foreach (var (y, first, weights) in Kernels(height, newHeight))
            for (var i = 0; i < newWidth * 3; i++)
                both[y * newWidth * 3 + i] = Sum(horizontal, first * newWidth * 3 + i, newWidth * 3, weights);
        return both;
    }

    private static byte Sum(byte[] values, int start, int stride, int[] weights)
    {
        var sum = 1 << (PrecisionBits - 1);
        for (var k = 0; k < weights.Length; k++)
            sum += values[start + k * stride] * weights[k];
        return (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
    }

    private static IEnumerable<(int At, int First, int[] Weights)> Kernels(int length, int newLength)
    {
        var scale = (double)length / newLength;
        var stretch = Math.Max(scale, 1);
        var support = 2 * stretch;
        for (var at = 0; at < newLength; at++)
        {
            var centre = (at + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var last = Math.Min(length, (int)(centre + support + 0.5));
            var weights = Enumerable.Range(first, last - first).Select(k => Cubic((k - centre + 0.5) / stretch)).ToArray();
            var total = weights.Sum();
            yield return (at, first,
                [.. weights.Select(weight =>
                (int)Math.Round(weight / total * (1 << PrecisionBits), MidpointRounding.AwayFromZero))]);
        }
    }

    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * a
            : 0;
    }
}
