using TcMgc.Training.World;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Images like recorded screens and slides: an area that is divided again and again, with lines of strokes for text. Flat and of
/// few colours, they are what <see cref="StatisticalImages"/> are not.
/// </summary>
public static class ScreenImages
{
    private const int Divisions = 4;

    /// <summary>Draws images, the same on every machine.</summary>
    /// <param name="count">How many.</param>
    /// <param name="side">S: side of an image in pixels, at least 1.</param>
    /// <returns>RGB24 images, S · S · 3 bytes each.</returns>
    public static IEnumerable<byte[]> Draw(int count, int side) =>
        Enumerable.Range(0, count).Select(image => new Screen(new Dice(image), 2 * side).Draw());

    /// <summary>A part of the screen, in pixels.</summary>
    private readonly record struct Panel(double Left, double Top, double Right, double Bottom)
    {
        public double Width => Right - Left;

        public double Height => Bottom - Top;

        public Panel Inside(double margin) => new(Left + margin, Top + margin, Right - margin, Bottom - margin);
    }

    private sealed class Screen
    {
        private readonly Dice _dice;
        private readonly int _side;
        private readonly double _ground, _ink;
        private readonly float[][] _accents;
        private readonly float[] _image;

        public Screen(Dice dice, int side)
        {
            (_dice, _side) = (dice, side);
            var isLight = dice.Chance(0.7);
            _ground = isLight ? dice.Between(200, 255) : dice.Between(0, 60);
            _ink = _ground + ((isLight ? -1 : 1) * dice.Between(110, 220));
            _accents = [.. Enumerable.Range(0, 3).Select(_ =>
                new[] { (float)dice.Between(0, 255), (float)dice.Between(0, 255), (float)dice.Between(0, 255) })];
            _image = new float[side * side * 3];
        }

        public byte[] Draw()
        {
            var all = new Panel(0, 0, _side, _side);
            Fill(all, Grey(_ground));
            Divide(all, Divisions);
            return Supersampled.Halve(_image, _side / 2);
        }

        /// <summary>Divides a panel along its longer side, or fills it.</summary>
        private void Divide(Panel panel, int divisions)
        {
            if (divisions == 0 || Math.Max(panel.Width, panel.Height) < _side / 8.0 || !_dice.Chance(0.75))
            {
                if (_dice.Chance(0.3))
                    Fill(panel, _dice.Chance(0.3) ? _dice.Of(_accents) : Grey(_ground + _dice.Between(-25, 25)));
                if (_dice.Chance(0.75))
                    Write(panel.Inside(_dice.Between(1 / 128.0, 4 / 128.0) * _side));
                return;
            }
            var part = _dice.Between(0.15, 0.85);
            var isWide = _dice.Between(0, panel.Width + panel.Height) < panel.Width;
            var (x, y) = (panel.Left + (part * panel.Width), panel.Top + (part * panel.Height));
            Divide(isWide ? panel with { Right = x } : panel with { Bottom = y }, divisions - 1);
            Divide(isWide ? panel with { Left = x } : panel with { Top = y }, divisions - 1);
        }

        /// <summary>Lines of words, each a stroke.</summary>
        private void Write(Panel panel)
        {
            var height = _dice.Between(1.5 / 128, 5 / 128.0) * _side;
            for (var y = panel.Top; y + height < panel.Bottom; y += height * _dice.Between(1.2, 2))
            {
                var (x, end) = (panel.Left, panel.Left + (_dice.Between(0.2, 1) * panel.Width));
                while (x < end)
                {
                    var width = height * _dice.Between(0.5, 4);
                    Fill(new(x, y, Math.Min(x + width, end), y + (0.6 * height)),
                        Grey(double.Lerp(_ground, _ink, _dice.Between(0.4, 1))));
                    x += width + (0.5 * height);
                }
            }
        }

        private void Fill(Panel panel, float[] colour)
        {
            for (var y = Place(panel.Top); y < Place(panel.Bottom); y++)
                for (var x = Place(panel.Left); x < Place(panel.Right); x++)
                    colour.CopyTo(_image, ((y * _side) + x) * 3);
        }

        private int Place(double at) => (int)Math.Clamp(Math.Round(at), 0, _side);

        private static float[] Grey(double value) => [(float)value, (float)value, (float)value];
    }
}
