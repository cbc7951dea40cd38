using System.Numerics.Tensors;
using TcMgc.Training.World;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Images with the statistics of photographs but of nothing: noise whose spectrum falls with the frequency, alone or as the
/// texture of dead leaves, shapes of many sizes that cover each other. See Baradad et al. (2021), "Learning to See by Looking at
/// Noise".
/// </summary>
public static class StatisticalImages
{
    private const int Leaves = 400;
    private const int Colours = 6;

    /// <summary>Draws images, the same on every machine.</summary>
    /// <param name="count">How many.</param>
    /// <param name="side">S: side of an image in pixels, at least 1.</param>
    /// <returns>RGB24 images, S · S · 3 bytes each.</returns>
    public static IEnumerable<byte[]> Draw(int count, int side) =>
        Enumerable.Range(0, count).AsParallel().AsOrdered().Select(image => Draw(new Dice(image), side));

    /// <summary>Draws one of twice the side and averages it, as a lens and a smaller size do.</summary>
    private static byte[] Draw(Dice dice, int side)
    {
        var twice = 2 * side;
        var texture = Texture(dice, twice);
        var palette = Palette(dice);
        var image = new float[twice * twice * 3];
        Fill(image, texture, palette[0], dice.Between(15, 70), new(twice / 2.0, twice / 2.0, twice, 0, 1, IsRound: false), twice);
        if (dice.Below(3) is var kind && kind > 0)
            for (var leaf = 0; leaf < Leaves; leaf++)
                Fill(image, texture, [.. dice.Of(palette).Select(part => part + (float)dice.Between(-40, 40))],
                    kind == 1 ? 0 : dice.Between(5, 40), Leaf.Of(dice, twice), twice);
        return Supersampled.Halve(image, side);
    }

    private static void Fill(float[] image, float[][] texture, float[] colour, double contrast, Leaf leaf, int side)
    {
        var reach = leaf.Radius * Math.Sqrt(2);
        for (var y = Math.Max(0, (int)(leaf.Y - reach)); y < Math.Min(side, leaf.Y + reach); y++)
            for (var x = Math.Max(0, (int)(leaf.X - reach)); x < Math.Min(side, leaf.X + reach); x++)
                if (leaf.Covers(x, y))
                    for (var (part, at) = (0, (y * side) + x); part < 3; part++)
                        image[(at * 3) + part] = colour[part] + ((float)contrast * texture[part][at]);
    }

    /// <summary>An ellipse or a rectangle.</summary>
    /// <param name="X">Of its middle, in pixels.</param>
    /// <param name="Y">Of its middle, in pixels.</param>
    /// <param name="Radius">Half of its length in pixels.</param>
    /// <param name="Angle">Of its length, in radians.</param>
    /// <param name="Aspect">Its width by its length.</param>
    /// <param name="IsRound">Whether it is an ellipse.</param>
    private sealed record Leaf(double X, double Y, double Radius, double Angle, double Aspect, bool IsRound)
    {
        private readonly double _sine = Math.Sin(Angle), _cosine = Math.Cos(Angle);

        /// <summary>One at any place and angle, of a radius r with density r⁻³.</summary>
        public static Leaf Of(Dice dice, int side)
        {
            var (least, most) = (side / 32.0, side / 2.0);
            var radius = 1 / Math.Sqrt(dice.Between(1 / (most * most), 1 / (least * least)));
            return new(
                dice.Between(-radius, side + radius), dice.Between(-radius, side + radius), radius, dice.Between(0, Math.PI),
                dice.Between(0.4, 1), dice.Chance(0.5));
        }

        public bool Covers(int x, int y)
        {
            var along = ((x - X) * _cosine) + ((y - Y) * _sine);
            var across = (((y - Y) * _cosine) - ((x - X) * _sine)) / Aspect;
            return IsRound
                ? (along * along) + (across * across) < Radius * Radius
                : Math.Abs(along) < Radius && Math.Abs(across) < Radius;
        }
    }

    /// <summary>Colours of a common saturation.</summary>
    private static float[][] Palette(Dice dice)
    {
        var saturation = (float)dice.Between(0, 1);
        return [.. Enumerable.Range(0, Colours).Select(_ =>
        {
            float[] colour = [(float)dice.Between(0, 255), (float)dice.Between(0, 255), (float)dice.Between(0, 255)];
            var grey = TensorPrimitives.Average<float>(colour);
            return colour.Select(part => grey + (saturation * (part - grey))).ToArray();
        })];
    }

    /// <summary>Three planes of noise, one for each colour, which are alike by chance.</summary>
    private static float[][] Texture(Dice dice, int side)
    {
        var (persistence, own) = (dice.Between(0.3, 1), (float)dice.Between(0, 1));
        var common = Noise(dice, side, persistence);
        return [.. Enumerable.Range(0, 3).Select(_ =>
            Noise(dice, side, persistence).Zip(common, (of, all) => (own * of) + ((1 - own) * all)).ToArray())];
    }

    /// <summary>Value noise of mean 0 and deviation 1: each octave is finer by 2 and weaker by the persistence.</summary>
    private static float[] Noise(Dice dice, int side, double persistence)
    {
        var noise = new float[side * side];
        var weight = 1.0;
        for (var cells = 2; cells <= side; cells *= 2, weight *= persistence)
        {
            var width = cells + 1;
            float[] grid = [.. Enumerable.Range(0, width * width).Select(_ => (float)dice.Between(-weight, weight))];
            var row = new float[width];
            for (var y = 0; y < side; y++)
            {
                var at = Math.DivRem(y * cells, side);
                TensorPrimitives.Lerp(
                    grid.AsSpan(at.Quotient * width, width), grid.AsSpan((at.Quotient + 1) * width, width),
                    (float)at.Remainder / side, row);
                for (var x = 0; x < side; x++)
                {
                    at = Math.DivRem(x * cells, side);
                    noise[(y * side) + x] +=
                        float.Lerp(row[at.Quotient], row[at.Quotient + 1], (float)at.Remainder / side);
                }
            }
        }
        TensorPrimitives.Subtract(noise, TensorPrimitives.Average<float>(noise), noise);
        TensorPrimitives.Divide(noise, Math.Max(TensorPrimitives.StdDev<float>(noise), float.Epsilon), noise);
        return noise;
    }
}
