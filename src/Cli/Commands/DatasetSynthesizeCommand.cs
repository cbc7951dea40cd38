using System.CommandLine;
using TcMgc.Media;
using TcMgc.Training.World;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc dataset synthesize</c>: videos of a drawn world with captions (docs/world.md).</summary>
internal static class DatasetSynthesizeCommand
{
    private static readonly Option<string> s_out =
        NewOption.Required("--out", "DIR", "Folder to fill; what is there already is kept.");
    private static readonly Option<int> s_videos = NewOption.Number("--videos", 1000, 0, 1_000_000, "Training videos.");
    private static readonly Option<int> s_validation =
        NewOption.Number("--validation", 300, 0, 100_000, "Validation videos.");
    private static readonly Option<int> s_test = NewOption.Number("--test", 1000, 0, 100_000, "Test videos.");
    private static readonly Option<int> s_seed = NewOption.WithDefault("--seed", 1, "Seed of scenes and captions.");
    private static readonly Option<bool> s_primer = NewOption.Flag(
        "--primer", "Show one thing per video, at rest: a model learns the words for things from these before the world itself.");
    private static readonly Option<bool> s_json = NewOption.Json("Print dataset.json.");

    public static Command Create()
    {
        var command = new Command(
            "synthesize", "Draw videos of coloured things to which something happens, with captions: the same for the same seed.")
        {
            s_out, s_videos, s_validation, s_test, s_seed, s_primer, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetValue(s_out)!;
            var writer = new DatasetWriter(path, new MediaOptions().Ffmpeg, new Progress(TimeProvider.System));
            var card = await writer.WriteAsync(
                parsed.GetValue(s_seed), parsed.GetValue(s_primer), parsed.GetValue(s_videos), parsed.GetValue(s_validation),
                parsed.GetValue(s_test), CommandLine.Text(parsed), cancel);
            Output.Write(card, parsed.GetValue(s_json), written => Print(written, path));
        });
        return command;
    }

    private static void Print(DatasetCard card, string path)
    {
        var ceiling = card.TestCeiling is { } best
            ? $"; a model that understands every test caption finds its video first in {best.RecallAt1:F1} % and among ten in "
                + $"{best.RecallAt10:F1} %"
            : "";
        Console.WriteLine(
            $"{FilePaths.Name(path)}: {card.Train:N0} training, {card.Validation:N0} validation, {card.Test:N0} test videos"
            + ceiling);
    }
}
