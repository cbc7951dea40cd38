using TcMgc.Shared.Frames;

namespace TcMgc.Shared.Tests.Frames;

public sealed class ColourLayoutTests
{
    private const int Grid = ColourLayout.Grid;

    private static byte[] Layout(int side, Func<int, int, (byte R, byte G, byte B)> pixel)
    {
        var rgb = new byte[side * side * 3];
        for (var y = 0; y < side; y++)
            for (var x = 0; x < side; x++)
                (rgb[((y * side) + x) * 3], rgb[(((y * side) + x) * 3) + 1], rgb[(((y * side) + x) * 3) + 2]) = pixel(y, x);
        var layout = new byte[ColourLayout.Bytes];
        ColourLayout.Of(rgb, side, layout);
        return layout;
    }

    [Theory]
    [InlineData(8)]
    [InlineData(30)]
    [InlineData(224)]
    public void Each_cell_has_the_mean_colour_of_its_part(int side)
    {
        var layout = Layout(side, (y, x) => ((byte)(y * Grid / side * 10), (byte)(x * Grid / side * 20), 0));

        for (var cell = 0; cell < Grid * Grid; cell++)
            Assert.Equal([(byte)(cell / Grid * 10), (byte)(cell % Grid * 20), 0], layout[(cell * 3)..((cell * 3) + 3)]);
    }

    [Fact]
    public void Means_are_over_all_pixels_of_a_cell() =>
        Assert.All(
            Layout(2 * Grid, (y, x) => (y + x) % 2 == 0 ? ((byte)200, (byte)100, (byte)0) : ((byte)0, (byte)0, (byte)0)).Chunk(3),
            colour => Assert.Equal([100, 50, 0], colour));

    [Fact]
    public void A_frame_smaller_than_the_grid_has_a_layout() => Assert.Equal(9, Layout(1, (_, _) => (9, 9, 9))[0]);

    [Fact]
    public void Distances_are_between_0_and_1()
    {
        byte[] black = Layout(Grid, (_, _) => (0, 0, 0)), white = Layout(Grid, (_, _) => (255, 255, 255)),
            grey = Layout(Grid, (_, _) => (51, 51, 51));

        Assert.Equal(
            (0f, 1f, 0.2f),
            (ColourLayout.Distance(white, white), ColourLayout.Distance(white, black), ColourLayout.Distance(black, grey)));
    }
}
