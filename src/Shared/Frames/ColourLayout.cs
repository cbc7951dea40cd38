namespace TcMgc.Shared.Frames;

/// <summary>
/// A frame's mean colours in an 8 × 8 grid. They distinguish frames of one scene, which an encoder of meaning maps to nearly the
/// same vector. Rows from the top, cells from the left, mean R, G, B.
/// </summary>
public static class ColourLayout
{
    internal const int Grid = 8;

    /// <summary>Bytes of a layout.</summary>
    public const int Bytes = Grid * Grid * 3;

    /// <summary>The layout of a frame.</summary>
    /// <param name="rgb">side × side × 3 bytes, RGB.</param>
    /// <param name="side">Width and height in pixels.</param>
    /// <param name="layout">Receives <see cref="Bytes"/> bytes.</param>
    public static void Of(ReadOnlySpan<byte> rgb, int side, Span<byte> layout)
    {
        Span<long> sums = stackalloc long[Bytes];
        Span<int> pixels = stackalloc int[Grid * Grid];
        sums.Clear();
        pixels.Clear();
        for (var y = 0; y < side; y++)
            for (var x = 0; x < side; x++)
            {
                var cell = (y * Grid / side * Grid) + (x * Grid / side);
                var pixel = rgb.Slice(((y * side) + x) * 3, 3);
                for (var channel = 0; channel < 3; channel++)
                    sums[(cell * 3) + channel] += pixel[channel];
                pixels[cell]++;
            }
        for (var at = 0; at < Bytes; at++)
            layout[at] = (byte)(sums[at] / Math.Max(1, pixels[at / 3]));
    }

    /// <summary>Mean difference of two layouts: 0 where they are equal, 1 between black and white.</summary>
    public static float Distance(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var difference = 0;
        for (var at = 0; at < Bytes; at++)
            difference += Math.Abs(left[at] - right[at]);
        return difference / (255f * Bytes);
    }
}
