using System.Globalization;

namespace TcMgc.Training.World;

/// <summary>A sentence and its meaning.</summary>
internal sealed record Caption(string Text, Claim Meaning);

/// <summary>Makes sentences that are true of a scene; each describes a part of it.</summary>
internal static class Grammar
{
    private const int MaxWords = 22;

    /// <summary>Any sentence, for training.</summary>
    public static Caption Any(Scene scene, Dice dice) => Attempt(scene, dice, () => dice.Below(10) switch
    {
        0 or 1 => Pair(scene, dice),
        2 or 3 => EventBesideObject(scene, dice),
        4 => Position(scene, dice),
        5 => Counting(scene, dice),
        _ => Order(scene, dice),
    });

    /// <summary>A sentence to search with: at least two facts, and false of <paramref name="twin"/> if there is one.</summary>
    public static Caption Distinctive(Scene scene, Scene? twin, Dice dice)
    {
        while (true)
        {
            var caption = Attempt(scene, dice, () => dice.Below(10) switch
            {
                0 => Counting(scene, dice),
                1 => Both(Position(scene, dice), Event(scene, dice)),
                2 or 3 or 4 => EventBesideObject(scene, dice),
                _ => Order(scene, dice),
            });
            if (twin is null || !caption.Meaning.IsTrueOf(twin))
                return caption;
        }
    }

    /// <summary>A sentence about a scene's only object.</summary>
    public static Caption One(Scene scene, Dice dice)
    {
        var what = Describe(scene, 0, dice);
        return new(dice.Of(["{0}", "there is {0}", "you can see {0}"]).With(A(what, dice)), new Exists(what));
    }

    /// <summary>Repeats until the scene allows the sentence and it is not too long.</summary>
    private static Caption Attempt(Scene scene, Dice dice, Func<Caption?> make)
    {
        while (true)
            if (make() is { } caption && caption.Text.Split(' ').Length <= MaxWords)
                return caption;
    }

    private static Caption Pair(Scene scene, Dice dice)
    {
        var (one, other) = Two(scene, dice);
        var (a, b) = (Describe(scene, one, dice), Describe(scene, other, dice));
        return new(dice.Of(["{0} and {1}", "{0} together with {1}", "there is {0} and {1}", "you can see {0} and {1}"])
            .With(A(a, dice), A(b, dice)),
            new Both(new Exists(a), new Exists(b)));
    }

    private static Caption? EventBesideObject(Scene scene, Dice dice)
    {
        var happening = dice.Of(scene.Events);
        var others = Enumerable.Range(0, scene.Objects.Count).Where(index => index != happening.Object).ToList();
        var (event_, other) = (Describe(scene, happening, dice), Describe(scene, dice.Of(others), dice));
        var (who, what) = (A(event_.Who, dice), Verb(event_, dice));
        return new(
            dice.Of(["{0} {1} near {2}", "{0} {1} in a scene with {2}", "{0} {1} while {2} is there too",
                "there is {2} and {0} {1}"]).With(who, what, A(other, dice)),
            new Both(event_, new Exists(other)));
    }

    private static Caption Event(Scene scene, Dice dice)
    {
        var event_ = Describe(scene, dice.Of(scene.Events), dice);
        return new($"{The(event_.Who, dice)} {Verb(event_, dice)}", event_);
    }

    private static Caption? Position(Scene scene, Dice dice)
    {
        var (one, other) = Two(scene, dice);
        Relation[] holding = [
            .. Enum.GetValues<Relation>().Where(relation => Beside.Holds(scene.Objects[one], relation, scene.Objects[other]))];
        if (holding.Length == 0)
            return null;
        var (relation, a, b) = (dice.Of(holding), Describe(scene, one, dice), Describe(scene, other, dice));
        return new(dice.Of(["{0} is {1} {2}", "{0} starts {1} {2}"]).With(A(a, dice), dice.Of(Lexicon.Of(relation)), A(b, dice)),
            new Beside(a, relation, b));
    }

    private static Caption? Counting(Scene scene, Dice dice)
    {
        var groups = scene.Objects.GroupBy(thing => thing.Shape).Where(group => group.Count() > 1).ToList();
        if (groups.Count == 0)
            return null;
        var group = dice.Of(groups);
        var (number, event_) = (group.Count(), Describe(scene, dice.Of(scene.Events), dice));
        var things = $"{Lexicon.Number(number)} {dice.Of(Lexicon.Of(group.Key)).Many}";
        return new(
            dice.Of(["there are {0} and {1} {2}", "{0} in view, {1} {2}"]).With(things, A(event_.Who, dice), Verb(event_, dice)),
            new Both(new Count(number, group.Key), event_));
    }

    private static Caption Order(Scene scene, Dice dice)
    {
        var first = dice.Below(scene.Events.Count - 1);
        var second = first + 1 + dice.Below(scene.Events.Count - first - 1);
        var (a, b) = (Describe(scene, scene.Events[first], dice), Describe(scene, scene.Events[second], dice));
        var meaning = new Sequence(a, b);
        var (whoA, whatA, whatB) = (A(a.Who, dice), Verb(a, dice), Verb(b, dice));
        if (scene.Events[first].Object == scene.Events[second].Object)
            return new(dice.Of(["{0} {1} and then {2}", "{0} {1} before it {2}", "{0} first {1} and afterwards {2}"])
                .With(whoA, whatA, whatB), meaning with { Second = b with { Who = a.Who } });
        return new(dice.Of(
        [
            "{0} {1}, then {2} {3}", "first {0} {1}, after that {2} {3}", "{0} {1} before {2} {3}", "{2} {3} after {0} {1}",
            "{0} {1} and later {2} {3}",
        ]).With(whoA, whatA, A(b.Who, dice), whatB), meaning);
    }

    private static Caption? Both(Caption? one, Caption other) =>
        one is null ? null : new($"{one.Text} and {other.Text}", new Both(one.Meaning, other.Meaning));

    private static (int One, int Other) Two(Scene scene, Dice dice) =>
        dice.Shuffled(Enumerable.Range(0, scene.Objects.Count)) is [var one, var other, ..]
        ? (one, other) : throw new InvalidOperationException("a scene has two objects");

    private static Happens Describe(Scene scene, WorldEvent happening, Dice dice) =>
        new(Describe(scene, happening.Object, dice), happening.Kind, happening.Kind == EventKind.ChangesColour
            ? happening.To : null);

    /// <summary>Describes an object by colour and shape, sometimes also by size or texture.</summary>
    private static Description Describe(Scene scene, int index, Dice dice)
    {
        var thing = scene.Objects[index];
        return new(thing.Colour, thing.Shape, dice.Chance(0.3) ? thing.Size : null,
            thing.Texture != ObjectTexture.Plain && dice.Chance(0.5) ? thing.Texture : null);
    }

    private static string A(Description what, Dice dice)
    {
        var noun = Noun(what, dice);
        return dice.Chance(0.25) ? $"the {noun}" : $"{("aeiou".Contains(noun[0], StringComparison.Ordinal) ? "an" : "a")} {noun}";
    }

    private static string The(Description what, Dice dice) => $"the {Noun(what, dice)}";

    private static string Noun(Description what, Dice dice)
    {
        var words = new List<string>();
        if (what.Size is { } size)
            words.Add(dice.Of(Lexicon.Of(size)));
        if (what.Texture is { } texture)
            words.Add(dice.Of(Lexicon.Of(texture)));
        words.Add(dice.Of(Lexicon.Of(what.Colour)));
        words.Add(dice.Of(Lexicon.Of(what.Shape)).One);
        return string.Join(' ', words);
    }

    private static string Verb(Happens event_, Dice dice)
    {
        var verb = dice.Of(Lexicon.Of(event_.Kind));
        return event_.To is { } colour ? verb.With(dice.Of(Lexicon.Of(colour))) : verb;
    }

    private static string With(this string template, params object[] parts) =>
        string.Format(CultureInfo.InvariantCulture, template, parts);
}
