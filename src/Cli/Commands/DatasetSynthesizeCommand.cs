using System.CommandLine;
using TcMgc.Media;
using TcMgc.Training.World;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc dataset synthesize</c>: videos of a drawn world with captions (docs/world.md).</summary>
internal static class DatasetSynthesizeCommand
{
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "Folder to fill; what is there already is kept.",
        HelpName = "DIR",
        Required = true,
    };
    private static readonly Option<int> s_videos = new Option<int>("--videos")
    {
        Description = "Training videos.",
        DefaultValueFactory = _ => 1000,
    }.Between(0, 1_000_000);
    private static readonly Option<int> s_validation = new Option<int>("--validation")
    {
        Description = "Validation videos.",
        DefaultValueFactory = _ => 300,
    }.Between(0, 100_000);
    private static readonly Option<int> s_test = new Option<int>("--test")
    {
        Description = "Test videos.",
        DefaultValueFactory = _ => 1000,
    }.Between(0, 100_000);
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "Seed of scenes and captions.",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<bool> s_primer = new("--primer")
    {
        Description = "One thing a video, at rest: to learn the words for things by, before the world itself.",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print dataset.json." };

    public static Command Create()
    {
        var command = new Command(
            "synthesize", "Draw videos of coloured things to which something happens, with captions: the same for the same seed.")
        {
            s_out, s_videos, s_validation, s_test, s_seed, s_primer, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var writer = new DatasetWriter(parsed.GetValue(s_out)!, new MediaOptions().Ffmpeg, new Progress(TimeProvider.System));
            var card =
                await writer.WriteAsync(parsed.GetValue(s_seed), parsed.GetValue(s_primer), parsed.GetValue(s_videos),
                    parsed.GetValue(s_validation), parsed.GetValue(s_test),
                $"tcmgc {string.Join(' ', parsed.Tokens.Select(token => token.Value))}", cancel);
            if (parsed.GetValue(s_json))
                Output.Json(card);
            else
                Console.WriteLine(
                    $"{parsed.GetValue(s_out)}: {card.Train:N0} training, {card.Validation:N0} validation, {card.Test:N0} test "
                        + $"videos{(card.TestCeiling is { } ceiling ? $"; who understands every test caption finds its video "
                        + $"first in {ceiling.RecallAt1:F1} % and among ten in {ceiling.RecallAt10:F1} %" : "")}");
        });
        return command;
    }
}
