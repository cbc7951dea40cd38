namespace TcMgc.Training.World;

internal enum ObjectColour { Red, Green, Blue, Yellow, Purple, Orange, White, Black }

internal enum ObjectShape { Circle, Square, Triangle, Star, Cross, Ring, Diamond }

internal enum ObjectSize { Small, Large }

internal enum ObjectTexture { Plain, Striped, Dotted }

/// <summary>An object at the start of its video.</summary>
/// <param name="Shape">Its outline.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Size">Small or large.</param>
/// <param name="Texture">Pattern of its surface.</param>
/// <param name="X">Its centre, 0 at the left to 1 at the right.</param>
/// <param name="Y">Its centre, 0 at the top to 1 at the bottom.</param>
internal sealed record WorldObject(
    ObjectShape Shape, ObjectColour Colour, ObjectSize Size, ObjectTexture Texture, double X, double Y)
{
    /// <summary>Radii, as parts of the picture's side.</summary>
    public const double SmallRadius = 0.1, LargeRadius = 0.16;

    /// <summary>False where the object appears later.</summary>
    public bool IsThere { get; init; } = true;

    /// <summary>Its radius, as part of the picture's side.</summary>
    public double Radius => Size == ObjectSize.Small ? SmallRadius : LargeRadius;
}
