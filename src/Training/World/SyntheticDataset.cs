using System.Globalization;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.World;

/// <summary>A video of the drawn world: its scene and what is said of it.</summary>
internal sealed record WorldVideo(string Id, Split Split, Scene Scene, IReadOnlyList<Caption> Captions);

/// <summary>
/// The drawn world as a dataset: every video follows from seed, split and number alone, so that a smaller dataset is the
/// beginning of a larger one, and videos can be made in any order.
/// </summary>
/// <param name="seed">Of everything drawn.</param>
/// <param name="primer">Whether each video shows one thing that rests, to learn the words for things by before anything
/// happens.</param>
internal sealed class SyntheticDataset(int seed, bool primer = false)
{
    private const int TrainingCaptions = 10, TwinEvery = 4;

    /// <summary>What tells such datasets apart.</summary>
    public string Kind => primer ? "drawn-world-primer" : "drawn-world";

    /// <summary>A video by its number in its split. Of every four test videos the fourth is the third one backwards.</summary>
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
            : [Grammar.Telling(scene, twin, dice)];
        return new(Id(split, number), split, scene, captions);
    }

    /// <summary>A video's number in its split.</summary>
    /// <exception cref="UserException">It is no id of such a dataset.</exception>
    public static int NumberOf(string id) =>
        int.TryParse(id[(id.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new UserException($"captions.jsonl: '{id}' is no video of the drawn world; make the dataset again");

    private static string Id(Split split, int number) => $"{Name(split)}-{number:D5}";

    /// <summary>A split's name in captions.jsonl.</summary>
    public static string Name(Split split) =>
        split switch { Split.Train => "train", Split.Validation => "validation", _ => "test" };

    private WorldVideo Primer(Split split, int number)
    {
        var (scene, dice) =
            (SceneGenerator.DrawOne(new Dice(seed, (int)split, number, 3), split == Split.Train), new Dice(
                seed, (int)split, number, 4));
        return new(
            Id(split, number), split, scene,
            [.. Enumerable.Range(0, split == Split.Train ? TrainingCaptions : 1).Select(_ => Grammar.One(scene, dice))]);
    }

    private Scene Drawn(Split split, int number) =>
        SceneGenerator.Draw(new Dice(seed, (int)split, number, 1), split == Split.Train);
}

/// <summary>What the captions of a split allow at best: a caption may be true of several videos.</summary>
/// <param name="Videos">Videos of the split, each with one caption.</param>
/// <param name="RecallAt1">Expected text → video R@1 of one who understands everything, in percent.</param>
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
