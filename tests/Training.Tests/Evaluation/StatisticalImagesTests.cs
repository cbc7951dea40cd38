using System.Numerics.Tensors;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class StatisticalImagesTests
{
    private const int Side = 32;

    private static readonly List<byte[]> s_images = [.. StatisticalImages.Draw(30, Side)];

    [Fact]
    public void They_are_the_same_each_time_and_no_two_are_alike()
    {
        Assert.Equal(s_images, StatisticalImages.Draw(30, Side));
        Assert.Equal(30, s_images.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Neighbouring_pixels_are_more_alike_than_distant_ones() =>
        Assert.All(s_images, image => Assert.InRange(Difference(image, 1), 0.01, 0.9 * Difference(image, Side / 2)));

    /// <summary>Mean square of the difference between pixels of a row that are so far apart.</summary>
    private static float Difference(byte[] image, int apart)
    {
        var differences =
            from y in Enumerable.Range(0, Side)
            from x in Enumerable.Range(0, Side - apart)
            let at = ((y * Side) + x) * 3
            select (float)(image[at] - image[at + (3 * apart)]);
        float[] all = [.. differences];
        return TensorPrimitives.SumOfSquares<float>(all) / all.Length;
    }
}
