namespace TcMgc.Media;

/// <summary>Frames that show nothing: black, white or of one colour, as before a fade and between shots.</summary>
public static class PlainFrame
{
    /// <summary>Pixels that are looked at, spread over the frame.</summary>
    private const int Looked = 1024;

    /// <summary>Of them, so many may be of any colour: a logo's edge, noise.</summary>
    private const int Strays = Looked / 100;

    private const int Values = 256, SmallestRange = 20, Darkest = 32;

    /// <summary>Whether nearly all of a frame is black, or of one colour.</summary>
    /// <param name="rgb">Its pixels, 3 bytes each: R, G, B.</param>
    public static bool Is(ReadOnlySpan<byte> rgb)
    {
        Span<int> counts = stackalloc int[Values];
        var (isOneColour, isBlack) = (true, true);
        for (var channel = 0; channel < 3; channel++)
        {
            var (low, high) = Range(rgb, channel, counts);
            isOneColour &= high - low < SmallestRange;
            isBlack &= high < Darkest;
        }
        return isOneColour || isBlack;
    }

    /// <summary>The values of a channel between which all but the strays lie.</summary>
    private static (int Low, int High) Range(ReadOnlySpan<byte> rgb, int channel, Span<int> counts)
    {
        counts.Clear();
        var step = Math.Max(1, rgb.Length / 3 / Looked) * 3;
        for (var at = channel; at < rgb.Length; at += step)
            counts[rgb[at]]++;
        var (low, high) = (0, Values - 1);
        for (var below = counts[low]; below <= Strays && low < high; below += counts[low])
            low++;
        for (var above = counts[high]; above <= Strays && high > low; above += counts[high])
            high--;
        return (low, high);
    }
}
