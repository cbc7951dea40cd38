namespace TcMgc.Training.World;

/// <summary>
/// A caption's description of an object at the start of the video: its colour and shape, and size and texture if mentioned.
/// </summary>
internal sealed record Description(ObjectColour Colour, ObjectShape Shape, ObjectSize? Size, ObjectTexture? Texture)
{
    public bool Fits(WorldObject thing) => thing.Colour == Colour && thing.Shape == Shape
        && (Size is null || thing.Size == Size) && (Texture is null || thing.Texture == Texture);

    /// <summary>Indices of the objects of a scene that it describes.</summary>
    public IEnumerable<int> In(Scene scene) =>
        Enumerable.Range(0, scene.Objects.Count).Where(index => Fits(scene.Objects[index]));
}

/// <summary>The meaning of a caption, true or false of any scene.</summary>
internal abstract record Claim
{
    public abstract bool IsTrueOf(Scene scene);
}

/// <summary>There is such an object.</summary>
internal sealed record Exists(Description What) : Claim
{
    public override bool IsTrueOf(Scene scene) => What.In(scene).Any();
}

/// <summary>There are exactly so many objects of a shape.</summary>
internal sealed record Count(int Number, ObjectShape Shape) : Claim
{
    public override bool IsTrueOf(Scene scene) => scene.Objects.Count(thing => thing.Shape == Shape) == Number;
}

internal enum Relation { LeftOf, RightOf, Above, Below }

/// <summary>At the start of the video, one object is on a side of another.</summary>
internal sealed record Beside(Description One, Relation Relation, Description Other) : Claim
{
    private const double Clearly = 0.2;

    public override bool IsTrueOf(Scene scene) => One.In(scene).Any(one => Other.In(scene).Any(other =>
        one != other && Holds(scene.Objects[one], Relation, scene.Objects[other])));

    public static bool Holds(WorldObject one, Relation relation, WorldObject other) =>
        one.IsThere && other.IsThere && relation switch
        {
            Relation.LeftOf => one.X < other.X - Clearly,
            Relation.RightOf => one.X > other.X + Clearly,
            Relation.Above => one.Y < other.Y - Clearly,
            _ => one.Y > other.Y + Clearly,
        };
}

/// <summary>Something happens to such an object.</summary>
/// <param name="Who">The object.</param>
/// <param name="Kind">What happens.</param>
/// <param name="To">The new colour, for a change of colour; else null.</param>
internal sealed record Happens(Description Who, EventKind Kind, ObjectColour? To) : Claim
{
    public override bool IsTrueOf(Scene scene) => In(scene).Any();

    public IEnumerable<WorldEvent> In(Scene scene) =>
        scene.Events.Where(e => e.Kind == Kind && (To is null || e.To == To) && Who.Fits(scene.Objects[e.Object]));
}

/// <summary>One event happens, then another.</summary>
internal sealed record Sequence(Happens First, Happens Second) : Claim
{
    public override bool IsTrueOf(Scene scene) =>
        First.In(scene).Any(first => Second.In(scene).Any(second => second.Start > first.Start));
}

/// <summary>Two claims at once.</summary>
internal sealed record Both(Claim One, Claim Other) : Claim
{
    public override bool IsTrueOf(Scene scene) => One.IsTrueOf(scene) && Other.IsTrueOf(scene);
}
