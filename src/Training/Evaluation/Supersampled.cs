namespace TcMgc.Training.Evaluation;

/// <summary>Images that are drawn in twice their side and averaged, as a lens and a smaller size do.</summary>
internal static class Supersampled
{
    /// <summary>Averages each square of four pixels.</summary>
    /// <param name="image">RGB of twice the side, 0…255; what lies beyond is cut off.</param>
    /// <param name="side">S: side of the result in pixels.</param>
    /// <returns>RGB24, S · S · 3 bytes.</returns>
    public static byte[] Halve(ReadOnlySpan<float> image, int side)
    {
        var row = 2 * side * 3;
        var pixels = new byte[side * side * 3];
        for (var at = 0; at < pixels.Length; at++)
        {
            var corner = (2 * (at / (3 * side)) * row) + (2 * (at / 3 % side) * 3) + (at % 3);
            pixels[at] =
                byte.CreateSaturating((image[corner] + image[corner + 3] + image[corner + row] + image[corner + row + 3]) / 4);
        }
        return pixels;
    }
}
