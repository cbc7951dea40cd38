namespace TcMgc.Training.World;

internal enum EventKind { SlidesRight, SlidesLeft, Rises, Falls, Grows, Shrinks, Spins, Vanishes, Appears, ChangesColour }

/// <summary>Something that happens to an object.</summary>
/// <param name="Object">Index of the object.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Start">When it begins, in seconds.</param>
/// <param name="End">When it is over, in seconds.</param>
/// <param name="From">The colour before, for a change of colour.</param>
/// <param name="To">The colour after, for a change of colour.</param>
internal sealed record WorldEvent(int Object, EventKind Kind, double Start, double End, ObjectColour From, ObjectColour To)
{
    /// <summary>Distance of a slide, a rise or a fall, as part of the picture's side.</summary>
    public const double Distance = 0.36;

    /// <summary>Ratio of a large radius to a small one: small objects grow by it, large ones shrink by it.</summary>
    public const double Growth = WorldObject.LargeRadius / WorldObject.SmallRadius;

    /// <summary>The event when the video, whose last frame is at <paramref name="last"/> seconds, runs backwards.</summary>
    public WorldEvent Reversed(double last) =>
        new(Object, Reversed(Kind), Start: last - End, End: last - Start, From: To, To: From);

    private static EventKind Reversed(EventKind kind) => kind switch
    {
        EventKind.SlidesRight => EventKind.SlidesLeft,
        EventKind.SlidesLeft => EventKind.SlidesRight,
        EventKind.Rises => EventKind.Falls,
        EventKind.Falls => EventKind.Rises,
        EventKind.Grows => EventKind.Shrinks,
        EventKind.Shrinks => EventKind.Grows,
        EventKind.Vanishes => EventKind.Appears,
        EventKind.Appears => EventKind.Vanishes,
        _ => kind,
    };

    /// <summary>The direction of a motion, or (0, 0).</summary>
    public (double X, double Y) Direction => Kind switch
    {
        EventKind.SlidesRight => (1, 0),
        EventKind.SlidesLeft => (-1, 0),
        EventKind.Rises => (0, -1),
        EventKind.Falls => (0, 1),
        _ => (0, 0),
    };

    /// <summary>Progress at a time, 0…1, with a slow start and end.</summary>
    public double Progress(double time)
    {
        var part = Math.Clamp((time - Start) / (End - Start), 0, 1);
        return part * part * (3 - (2 * part));
    }
}
