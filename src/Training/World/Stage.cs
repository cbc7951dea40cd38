namespace TcMgc.Training.World;

/// <summary>An object at a moment.</summary>
/// <param name="Object">As it was when the video began.</param>
/// <param name="Colour">Its colour now.</param>
/// <param name="X">Its centre.</param>
/// <param name="Y">Its centre.</param>
/// <param name="Scale">Its radius over the one it began with.</param>
/// <param name="Angle">How far it has turned, in radians.</param>
/// <param name="Opacity">How much of it is there, 0…1.</param>
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

    /// <summary>The object as one that a video begins with.</summary>
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
