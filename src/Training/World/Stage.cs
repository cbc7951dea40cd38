namespace TcMgc.Training.World;

/// <summary>The state of an object at a time.</summary>
/// <param name="Object">The object at the start of the video.</param>
/// <param name="Colour">Its colour now.</param>
/// <param name="X">Its centre, 0 at the left to 1 at the right.</param>
/// <param name="Y">Its centre, 0 at the top to 1 at the bottom.</param>
/// <param name="Scale">Ratio of its radius to that at the start.</param>
/// <param name="Angle">Rotation since the start, in radians.</param>
/// <param name="Opacity">0 for invisible to 1.</param>
internal sealed record Stage(
    WorldObject Object, ObjectColour Colour, double X, double Y, double Scale, double Angle, double Opacity)
{
    /// <summary>An object of a scene at a time.</summary>
    public static Stage At(Scene scene, int index, double time)
    {
        var thing = scene.Objects[index];
        var stage = new Stage(thing, thing.Colour, thing.X, thing.Y, 1, 0, thing.IsThere ? 1 : 0);
        foreach (var happening in scene.Events)
            if (happening.Object == index)
                stage = stage.After(happening, happening.Progress(time));
        return stage;
    }

    /// <summary>The object of a video that starts in this state.</summary>
    public WorldObject AsObject() => Object with
    {
        X = X,
        Y = Y,
        Colour = Colour,
        IsThere = Opacity > 0.5,
        Size = Scale > 1.1 ? ObjectSize.Large : Scale < 0.9 ? ObjectSize.Small : Object.Size,
    };

    private Stage After(WorldEvent happening, double progress)
    {
        var (x, y) = happening.Direction;
        var moved = this with { X = X + (x * WorldEvent.Distance * progress), Y = Y + (y * WorldEvent.Distance * progress) };
        return happening.Kind switch
        {
            EventKind.Grows => moved with { Scale = Scale * Math.Pow(WorldEvent.Growth, progress) },
            EventKind.Shrinks => moved with { Scale = Scale * Math.Pow(WorldEvent.Growth, -progress) },
            EventKind.Spins => moved with { Angle = Angle + (2 * Math.PI * progress) },
            EventKind.Vanishes => moved with { Opacity = 1 - progress },
            EventKind.Appears => moved with { Opacity = progress },
            EventKind.ChangesColour => moved with { Colour = progress > 0.5 ? happening.To : happening.From },
            _ => moved,
        };
    }
}
