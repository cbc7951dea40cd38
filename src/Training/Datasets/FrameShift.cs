namespace TcMgc.Training.Datasets;

/// <summary>Shifts a frame's picture; the pixels at the edge fill the gap.</summary>
internal static class FrameShift
{
    /// <summary>Copies S × S × 3 bytes so that the pixel at (x, y) moves to (x + right, y + down).</summary>
    public static void Copy(ReadOnlySpan<byte> frame, Span<byte> target, int side, int right, int down)
    {
        const int Channels = 3;
        var stride = side * Channels;
        for (var row = 0; row < side; row++)
        {
            var source = frame.Slice(Math.Clamp(row - down, 0, side - 1) * stride, stride);
            var destination = target.Slice(row * stride, stride);
            var (from, to, width) = (Math.Max(0, -right), Math.Max(0, right), side - Math.Abs(right));
            source.Slice(from * Channels, width * Channels).CopyTo(destination[(to * Channels)..]);
            for (var column = 0; column < to; column++)
                source[..Channels].CopyTo(destination[(column * Channels)..]);
            for (var column = to + width; column < side; column++)
                source[^Channels..].CopyTo(destination[(column * Channels)..]);
        }
    }
}
