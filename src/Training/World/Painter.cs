namespace TcMgc.Training.World;

/// <summary>Draws scenes as RGB24 pictures; signed distances give the shapes smooth edges.</summary>
internal sealed class Painter(Scene scene, int side)
{
    private const double Outline = 0.012, StripeWidth = 0.055;

    private static readonly (byte R, byte G, byte B)[] s_colours =
        [(220, 40, 40), (40, 165, 60), (45, 85, 225), (240, 215, 45), (145, 50, 185), (245, 135, 25), (245, 245, 245),
            (22, 22, 22)];

    private static readonly (byte R, byte G, byte B) s_grey = (150, 150, 150), s_light = (230, 230, 230), s_dark = (15, 15, 15);

    private readonly Scene _drawn = scene.Forwards ?? scene;
    private readonly byte[] _background = Backdrop(scene, side);

    /// <summary>How a shape is painted.</summary>
    private readonly record struct Brush(
        ObjectShape Shape, ObjectTexture Texture, double Angle, (byte R, byte G, byte B) Colour, (byte R, byte G, byte B) Rim,
        double Opacity);

    /// <summary>The picture at a time.</summary>
    /// <param name="time">In seconds.</param>
    /// <param name="pixels">Receives side × side × 3 bytes.</param>
    public void Paint(double time, Span<byte> pixels)
    {
        _background.CopyTo(pixels);
        if (scene.Forwards is not null)
            time = scene.Seconds - 1 - time;
        var part = time / _drawn.Seconds;
        var camera = (X: _drawn.Camera.X * part, Y: _drawn.Camera.Y * part, Zoom: Math.Pow(_drawn.Camera.Zoom, part));
        foreach (var speck in _drawn.Specks)
            Fill(pixels, Seen(speck.X + (speck.VelocityX * time), speck.Y + (speck.VelocityY * time)), 0.012 * camera.Zoom,
                new(ObjectShape.Circle, ObjectTexture.Plain, 0, s_grey, s_grey, 0.7));
        for (var index = 0; index < _drawn.Objects.Count; index++)
        {
            var stage = Stage.At(_drawn, index, time);
            if (stage.Opacity < 0.02)
                continue;
            var rim = stage.Colour == ObjectColour.Black ? s_light : s_dark;
            Fill(pixels, Seen(stage.X, stage.Y), stage.Object.Radius * stage.Scale * camera.Zoom,
                new(stage.Object.Shape, stage.Object.Texture, stage.Angle, s_colours[(int)stage.Colour], rim, stage.Opacity));
        }

        (double, double) Seen(double x, double y) =>
            (0.5 + ((x - 0.5 - camera.X) * camera.Zoom), 0.5 + ((y - 0.5 - camera.Y) * camera.Zoom));
    }

    /// <summary>Signed distance to a shape of radius 1 around the origin, negative inside; y points down.</summary>
    private static double Distance(ObjectShape shape, double x, double y)
    {
        var (ax, ay, r) = (Math.Abs(x), Math.Abs(y), Math.Sqrt((x * x) + (y * y)));
        return shape switch
        {
            ObjectShape.Circle => r - 0.95,
            ObjectShape.Square => Math.Max(ax, ay) - 0.82,
            ObjectShape.Triangle => Math.Max(y - 0.65, (ax * 0.872) - (y * 0.49) - 0.5),
            ObjectShape.Star => StarDistance(x, y, r),
            ObjectShape.Cross => Math.Min(Math.Max(ax - 0.3, ay - 0.95), Math.Max(ax - 0.95, ay - 0.3)),
            ObjectShape.Ring => Math.Abs(r - 0.72) - 0.25,
            _ => ((ax * 1.35) + (ay * 0.95) - 0.98) * 0.6,
        };
    }

    private static double StarDistance(double x, double y, double r)
    {
        const double Sector = 2 * Math.PI / 5, Inner = 0.42;
        var angle = Math.Abs(Math.IEEERemainder(Math.Atan2(x, -y), Sector));
        var (sin, cos) = Math.SinCos(angle);
        var (px, py) = (r * cos, r * sin);
        // The edge from the tip (1.05, 0) to the notch at half a sector
        var (notchX, notchY) = (Inner * Math.Cos(Sector / 2), Inner * Math.Sin(Sector / 2));
        var (edgeX, edgeY) = (notchX - 1.05, notchY);
        return (((px - 1.05) * -edgeY) + (py * edgeX)) / -Math.Sqrt((edgeX * edgeX) + (edgeY * edgeY));
    }

    /// <summary>Brightness factor of a texture at a place on the object, in parts of the picture's side.</summary>
    private static double Texture(ObjectTexture texture, double x, double y) => texture switch
    {
        ObjectTexture.Striped => Math.IEEERemainder(x + y, StripeWidth) > 0 ? 1 : 0.35,
        ObjectTexture.Dotted => Math.Pow(Math.IEEERemainder(x, StripeWidth), 2)
            + Math.Pow(Math.IEEERemainder(y, StripeWidth), 2) < StripeWidth * StripeWidth / 12 ? 0.35 : 1,
        _ => 1,
    };

    /// <summary>
    /// Paints a shape with its rim over the picture, with edges one pixel soft. Only pixels near it are changed.
    /// </summary>
    private void Fill(Span<byte> pixels, (double X, double Y) centre, double radius, Brush brush)
    {
        var reach = (radius * 1.1) + Outline + (1.0 / side);
        var (left, right) = (Math.Max(0, (int)((centre.X - reach) * side)), Math.Min(side - 1, (int)((centre.X + reach) * side)));
        var (top, bottom) = (Math.Max(0, (int)((centre.Y - reach) * side)), Math.Min(side - 1, (int)((centre.Y + reach) * side)));
        var (scale, (sin, cos)) = (radius * side, Math.SinCos(brush.Angle));
        for (var row = top; row <= bottom; row++)
            for (var column = left; column <= right; column++)
            {
                var (x, y) = (((column + 0.5) - (centre.X * side)) / scale, ((row + 0.5) - (centre.Y * side)) / scale);
                var distance = Distance(brush.Shape, (x * cos) + (y * sin), (y * cos) - (x * sin)) * scale;
                var cover = Math.Clamp(0.5 - distance + (Outline * side), 0, 1) * brush.Opacity;
                if (cover <= 0)
                    continue;
                var inside = Math.Clamp(0.5 - distance, 0, 1);
                var light = Texture(brush.Texture, x * radius, y * radius) * inside;
                var at = ((row * side) + column) * 3;
                pixels[at] = Mixed(pixels[at], (brush.Colour.R * light) + (brush.Rim.R * (1 - inside)), cover);
                pixels[at + 1] = Mixed(pixels[at + 1], (brush.Colour.G * light) + (brush.Rim.G * (1 - inside)), cover);
                pixels[at + 2] = Mixed(pixels[at + 2], (brush.Colour.B * light) + (brush.Rim.B * (1 - inside)), cover);
            }
    }

    private static byte Mixed(byte under, double over, double cover) => (byte)(under + ((over - under) * cover) + 0.5);

    private static byte[] Backdrop(Scene scene, int side)
    {
        var pixels = new byte[side * side * 3];
        for (var row = 0; row < side; row++)
            for (var column = 0; column < side; column++)
            {
                var (x, y) = ((double)column / side, (double)row / side);
                var tone = scene.Tone * 255;
                var (r, g, b) = scene.Background switch
                {
                    Background.Gradient => (tone * (0.7 + (0.5 * y)), tone * (0.7 + (0.5 * y)), tone * (0.8 + (0.4 * y))),
                    Background.Grid => Math.Min(x * 8 % 1, y * 8 % 1) < 0.06
                        ? (tone * 0.8, tone * 0.8, tone * 0.8) : (tone, tone, tone),
                    Background.Dusk => (tone * (0.75 + (0.3 * y)), tone * 0.7, tone * (1.05 - (0.3 * y))),
                    Background.Meadow => y > 0.6 ? (tone * 0.75, tone * 0.95, tone * 0.65)
                        : (tone * 0.9, tone * 1.0, tone * 1.15),
                    _ => (tone, tone, tone),
                };
                var at = ((row * side) + column) * 3;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (Byte(r), Byte(g), Byte(b));
            }
        return pixels;

        static byte Byte(double value) => (byte)Math.Clamp(value, 0, 255);
    }
}
