namespace TcMgc.Featurizer;

/// <summary>
/// Frames of one video that hardly differ from the last one that was encoded: they take its embedding. Frames are compared with
/// the encoded one, not with their neighbours, so that slow changes do not add up.
/// </summary>
/// <param name="side">S: width and height of a frame in pixels.</param>
/// <param name="width">D: width of an embedding.</param>
/// <param name="most">The greatest <see cref="Difference"/> of frames that count as alike.</param>
public sealed class SimilarFrames(int side, int width, double most)
{
    private const int Cells = 8;

    private readonly byte[] _encoded = new byte[side * side * 3];
    private readonly float[] _embedding = new float[width];
    private readonly List<int> _chosen = [];
    private bool _hasEncoded;

    /// <summary>Copies the frames that are to be encoded.</summary>
    /// <param name="rgb">The next frames of the video, S · S · 3 bytes each.</param>
    /// <param name="chosen">Receives them; has room for all.</param>
    /// <returns>How many; may be 0.</returns>
    public int Choose(ReadOnlySpan<byte> rgb, Span<byte> chosen)
    {
        _chosen.Clear();
        for (var frame = 0; frame < rgb.Length / _encoded.Length; frame++)
        {
            var pixels = rgb.Slice(frame * _encoded.Length, _encoded.Length);
            if (_hasEncoded && Difference(pixels, _encoded, side) <= most)
                continue;
            pixels.CopyTo(_encoded);
            pixels.CopyTo(chosen[(_chosen.Count * _encoded.Length)..]);
            _chosen.Add(frame);
            _hasEncoded = true;
        }
        return _chosen.Count;
    }

    /// <summary>Gives each frame the embedding of the last encoded one that it follows or is.</summary>
    /// <param name="embeddings">Begins with those of the chosen frames; becomes those of all frames.</param>
    /// <param name="count">Frames that <see cref="Choose"/> was given last.</param>
    public void Spread(Span<float> embeddings, int count)
    {
        for (var (frame, from) = (count - 1, _chosen.Count - 1); frame >= 0; frame--)
        {
            ReadOnlySpan<float> embedding = from >= 0 ? embeddings.Slice(from * width, width) : _embedding;
            embedding.CopyTo(embeddings[(frame * width)..]);
            if (from >= 0 && _chosen[from] == frame)
                from--;
        }
        embeddings.Slice((count - 1) * width, width).CopyTo(_embedding);
    }

    /// <summary>
    /// How much frames differ where they differ most: a small thing that moves must not get lost in a large frame.
    /// </summary>
    /// <returns>
    /// The mean absolute difference of values, 0 … 255, in that of 8 × 8 equal parts of the frame where it is greatest.
    /// </returns>
    public static double Difference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int side)
    {
        var greatest = 0.0;
        for (var row = 0; row < Cells; row++)
            for (var column = 0; column < Cells; column++)
            {
                var (top, bottom) = (row * side / Cells, (row + 1) * side / Cells);
                var (left, right) = (column * side / Cells, (column + 1) * side / Cells);
                var sum = 0;
                for (var y = top; y < bottom; y++)
                    for (var at = ((y * side) + left) * 3; at < ((y * side) + right) * 3; at++)
                        sum += Math.Abs(a[at] - b[at]);
                greatest = Math.Max(greatest, sum / Math.Max(1.0, (bottom - top) * (right - left) * 3));
            }
        return greatest;
    }
}
