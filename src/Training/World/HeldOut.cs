namespace TcMgc.Training.World;

/// <summary>
/// Combinations, about one in seven, that training videos never show: a model that only memorises fails on them.
/// </summary>
internal static class HeldOut
{
    /// <summary>Whether a colour and a shape occur together only in validation and test.</summary>
    public static bool Contains(ObjectColour colour, ObjectShape shape) => ((int)colour + (3 * (int)shape)) % 7 == 0;

    /// <summary>Whether a shape and an event occur together only in validation and test.</summary>
    public static bool Contains(ObjectShape shape, EventKind kind) => ((int)shape + (2 * (int)kind)) % 7 == 3;

    /// <summary>Whether a scene shows any of them at any time.</summary>
    public static bool Occurs(Scene scene) =>
        scene.Objects.Any(thing => Contains(thing.Colour, thing.Shape))
        || scene.Events.Any(e => Contains(scene.Objects[e.Object].Shape, e.Kind)
            || (e.Kind == EventKind.ChangesColour && Contains(e.To, scene.Objects[e.Object].Shape)));
}
