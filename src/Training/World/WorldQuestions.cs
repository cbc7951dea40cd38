using TcMgc.Model.Calibration;

namespace TcMgc.Training.World;

/// <summary>
/// Questions about videos of the drawn world, with answers known from their scenes: captions, single words, objects, and things
/// that the world lacks.
/// </summary>
internal static class WorldQuestions
{
    /// <summary>
    /// Texts that match no video. One half is asked when a calibration is fitted, the other when it is tested.
    /// </summary>
    private static readonly string[] s_foreign =
    [
        "dog", "beach", "car", "person", "house", "tree", "cat", "boat", "football", "kitchen", "guitar", "horse", "mountain",
        "bicycle", "bird", "train",
        "a man rides a horse", "a dog runs along the beach", "a woman cooks in a kitchen", "children play football",
        "a plane takes off", "people dance at a party",
        "a car drives through the snow", "a bird sits in a tree", "someone plays the guitar", "a red car", "a green apple",
        "a blue shirt", "a white cat", "a black dog",
        "a man in a red jacket", "a small boat on a blue lake",
    ];

    /// <summary>Questions about some videos.</summary>
    /// <param name="videos">The videos.</param>
    /// <param name="foreign">Which half of the texts that match no video: 0 or 1.</param>
    public static IEnumerable<Question> Of(IReadOnlyList<WorldVideo> videos, int foreign)
    {
        foreach (var caption in videos.SelectMany(video => video.Captions))
            yield return Ask("sentence", caption.Text, caption.Meaning.IsTrueOf);
        foreach (var colour in Enum.GetValues<ObjectColour>())
            foreach (var word in Lexicon.Of(colour))
                yield return Ask("word", word, scene => Shows(scene, colour, null));
        foreach (var shape in Enum.GetValues<ObjectShape>())
            foreach (var (word, _) in Lexicon.Of(shape))
                yield return Ask("word", word, scene => Shows(scene, null, shape));
        foreach (var colour in Enum.GetValues<ObjectColour>())
            foreach (var shape in Enum.GetValues<ObjectShape>())
                yield return Ask(
                    "object", $"{(colour == ObjectColour.Orange ? "an" : "a")} {Lexicon.Of(colour)[0]} "
                        + $"{Lexicon.Of(shape)[0].One}", scene => Shows(scene, colour, shape));
        foreach (var (index, text) in s_foreign.Index())
            if (index % 2 == foreign)
                yield return Ask("foreign", text, _ => false);

        Question Ask(string kind, string text, Func<Scene, bool> isTrueOf) =>
            new(kind, text, [.. videos.Select(video => isTrueOf(video.Scene))]);
    }

    /// <summary>Whether a scene shows such an object at any time.</summary>
    private static bool Shows(Scene scene, ObjectColour? colour, ObjectShape? shape) => scene.Objects.Index().Any(thing =>
        (shape is null || thing.Item.Shape == shape) && (colour is null || thing.Item.Colour == colour
            || scene.Events.Any(e => e.Object == thing.Index && e.Kind == EventKind.ChangesColour && e.To == colour)));
}
