using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class ScreenImagesTests
{
    private const int Side = 64;

    private static readonly List<byte[]> s_images = [.. ScreenImages.Draw(30, Side)];

    [Fact]
    public void They_are_the_same_each_time_and_no_two_are_alike()
    {
        Assert.Equal(s_images, ScreenImages.Draw(30, Side));
        Assert.Equal(30, s_images.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Most_of_a_screen_is_plain_and_some_of_it_is_not() =>
        Assert.InRange(s_images.Average(PlainPart), 0.4, 0.95);

    /// <summary>The part of the pixels that equal the pixel beside them.</summary>
    private static double PlainPart(byte[] image)
    {
        var pixels = image.Chunk(3).ToArray();
        return Enumerable.Range(0, pixels.Length).Where(at => at % Side < Side - 1)
            .Average(at => pixels[at].AsSpan().SequenceEqual(pixels[at + 1]) ? 1.0 : 0);
    }
}
