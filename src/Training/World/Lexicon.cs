namespace TcMgc.Training.World;

/// <summary>Words for objects and events; the words of one entry are synonyms.</summary>
internal static class Lexicon
{
    public static IReadOnlyList<string> Of(ObjectColour colour) => colour switch
    {
        ObjectColour.Red => ["red", "crimson"],
        ObjectColour.Green => ["green", "emerald"],
        ObjectColour.Blue => ["blue", "azure"],
        ObjectColour.Yellow => ["yellow", "golden"],
        ObjectColour.Purple => ["purple", "violet"],
        ObjectColour.Orange => ["orange"],
        ObjectColour.White => ["white"],
        _ => ["black"],
    };

    public static IReadOnlyList<(string One, string Many)> Of(ObjectShape shape) => shape switch
    {
        ObjectShape.Circle => [("circle", "circles"), ("disc", "discs")],
        ObjectShape.Square => [("square", "squares"), ("box", "boxes")],
        ObjectShape.Triangle => [("triangle", "triangles")],
        ObjectShape.Star => [("star", "stars")],
        ObjectShape.Cross => [("cross", "crosses"), ("plus", "pluses")],
        ObjectShape.Ring => [("ring", "rings"), ("hoop", "hoops")],
        _ => [("diamond", "diamonds")],
    };

    public static IReadOnlyList<string> Of(ObjectSize size) =>
        size == ObjectSize.Small ? ["small", "little", "tiny"] : ["large", "big", "huge"];

    public static IReadOnlyList<string> Of(ObjectTexture texture) => texture switch
    {
        ObjectTexture.Striped => ["striped", "stripy"],
        ObjectTexture.Dotted => ["dotted", "spotted"],
        _ => ["plain"],
    };

    public static IReadOnlyList<string> Of(Relation relation) => relation switch
    {
        Relation.LeftOf => ["to the left of", "left of"],
        Relation.RightOf => ["to the right of", "right of"],
        Relation.Above => ["above", "higher than"],
        _ => ["below", "under"],
    };

    /// <summary>Verbs of an event; {0} stands for a colour.</summary>
    public static IReadOnlyList<string> Of(EventKind kind) => kind switch
    {
        EventKind.SlidesRight => ["slides to the right", "moves right", "glides rightwards", "drifts to the right"],
        EventKind.SlidesLeft => ["slides to the left", "moves left", "glides leftwards", "drifts to the left"],
        EventKind.Rises => ["rises", "moves up", "floats upwards", "climbs"],
        EventKind.Falls => ["falls", "moves down", "sinks", "drops"],
        EventKind.Grows => ["grows", "gets bigger", "swells"],
        EventKind.Shrinks => ["shrinks", "gets smaller", "dwindles"],
        EventKind.Spins => ["spins", "turns around", "rotates"],
        EventKind.Vanishes => ["disappears", "vanishes", "fades away"],
        EventKind.Appears => ["appears", "shows up", "fades in"],
        _ => ["turns {0}", "becomes {0}", "changes to {0}"],
    };

    /// <summary>Small numbers as words.</summary>
    public static string Number(int number) => number switch { 2 => "two", 3 => "three", _ => "four" };
}
