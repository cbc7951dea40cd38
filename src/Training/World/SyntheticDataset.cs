using System.Globalization;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.World;

/// <summary>A video of the drawn world: its scene and captions.</summary>
internal sealed record WorldVideo(string Id, Split Split, Scene Scene, IReadOnlyList<Caption> Captions);

/// <summary>
/// The drawn world as a dataset. Every video depends only on seed, split and number, so that a smaller dataset is the beginning
/// of a larger one, and videos can be made in any order.
/// </summary>
/// <param name="seed">Seed of all scenes and captions.</param>
/// <param name="primer">Whether each video shows only one object at rest, to learn the words for objects first.</param>
internal sealed class SyntheticDataset(int seed, bool primer = false)
{
    private const int TrainingCaptions = 10, TwinEvery = 4;

    /// <summary>The dataset's name.</summary>
    public string Kind => primer ? "drawn-world-primer" : "drawn-world";

    /// <summary>A video by its number in its split. Outside training every fourth video is the one before it backwards.</summary>
    public WorldVideo Video(Split split, int number)
    {
        if (primer)
            return Primer(split, number);
        var training = split == Split.Train;
        var (isTwin, hasTwin) =
            (!training && number % TwinEvery == TwinEvery - 1, !training && number % TwinEvery == TwinEvery - 2);
        var scene = isTwin ? Drawn(split, number - 1).Reversed() : Drawn(split, number);
        var twin = isTwin || hasTwin ? scene.Reversed() : null;
        var dice = new Dice(seed, (int)split, number, 2);
        Caption[] captions = training
            ? [.. Enumerable.Range(0, TrainingCaptions).Select(_ => Grammar.Any(scene, dice))]
            : [Grammar.Distinctive(scene, twin, dice)];
        return new(Id(split, number), split, scene, captions);
    }

    /// <summary>A video's number in its split.</summary>
    /// <exception cref="UserException">The id does not end in a number.</exception>
    public static int NumberOf(string id) =>
        int.TryParse(id[(id.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new UserException($"captions.jsonl: '{id}' is not a video of the drawn world; make the dataset again");

    private static string Id(Split split, int number) => $"{Name(split)}-{number:D5}";

    /// <summary>A split's name in captions.jsonl.</summary>
    public static string Name(Split split) =>
        split switch { Split.Train => "train", Split.Validation => "validation", _ => "test" };

    private WorldVideo Primer(Split split, int number)
    {
        var scene = SceneGenerator.DrawOne(new Dice(seed, (int)split, number, 3), split == Split.Train);
        var dice = new Dice(seed, (int)split, number, 4);
        return new(
            Id(split, number), split, scene,
            [.. Enumerable.Range(0, split == Split.Train ? TrainingCaptions : 1).Select(_ => Grammar.One(scene, dice))]);
    }

    private Scene Drawn(Split split, int number) =>
        SceneGenerator.Draw(new Dice(seed, (int)split, number, 1), split == Split.Train);
}

/// <summary>The best metrics that the captions of a split allow: a caption may be true of several videos.</summary>
/// <param name="Videos">Videos of the split, each with one caption.</param>
/// <param name="RecallAt1">Expected text → video R@1 of a model that understands every caption, in percent.</param>
/// <param name="RecallAt10">The same for R@10.</param>
internal sealed record Ceiling(int Videos, double RecallAt1, double RecallAt10)
{
    /// <summary>Checks every caption against every scene.</summary>
    public static Ceiling Of(IReadOnlyList<WorldVideo> videos)
    {
        double first = 0, tenth = 0;
        foreach (var video in videos)
        {
            var fitting = videos.Count(other => video.Captions[0].Meaning.IsTrueOf(other.Scene));
            first += 1.0 / fitting;
            tenth += Math.Min(1, 10.0 / fitting);
        }
        return new(videos.Count, 100 * first / videos.Count, 100 * tenth / videos.Count);
    }
}
