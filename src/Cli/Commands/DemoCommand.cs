using System.CommandLine;
using System.Globalization;
using TcMgc.Cli.Demo;
using TcMgc.Ingest.Media;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Search;
using TcMgc.Shared;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc demo</c>: the main job from video files to results, on clips and a model it makes itself.</summary>
internal static class DemoCommand
{
    private const string Architecture = "ViT-S/32", Head = "tcmgc";
    private const double Near = 1.5;

    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder for what it makes.", HelpName = "DIR", DefaultValueFactory = _ => ".demo" };
        var command = new Command("demo", "Show the main job from video files to search results.") { output };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(output)!, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string output, CancellationToken cancel)
    {
        var clips = new DemoClips(new MediaOptions().Ffmpeg, Path.Combine(output, "clips"));
        Say($"making a few video files in {output}");
        var videos = await clips.MakeAsync(cancel);

        var model = Path.Combine(output, "model");
        if (!ModelFolder.IsModel(model))
        {
            Say($"making a small model with random weights ({Architecture}, {Head})");
            MakeModel(model);
        }

        var data = Path.Combine(output, "data");
        Say("indexing: decoding at one frame a second, encoding, writing the index");
        if (await IndexCommand.RunAsync([.. videos], data, model, new(), batch: 32, json: false, cancel) is var status and not 0)
            return status;

        Say("cutting a still from each video, between whole seconds, and searching for the moment it comes from");
        var found = await SearchStillsAsync(clips, videos, data, cancel);
        Console.WriteLine($"""

            {found} of {videos.Count} stills found their video and its moment within {Near.ToString(CultureInfo.InvariantCulture)} s.

            This model has random weights: it tells pictures apart by how they look and knows no words. For sentences over real
            footage, fetch a published CLIP and index your own videos:

              ./tcmgc model pull ViT-B/32 --out models/vit-b-32
              ./tcmgc index ~/Videos --model models/vit-b-32
              ./tcmgc search "a dog runs along the beach"
            """);
        return found == videos.Count ? 0 : 1;
    }

    private static async Task<int> SearchStillsAsync(DemoClips clips, IReadOnlyList<string> videos, string dataPath, CancellationToken cancel)
    {
        using var data = await DataFolder.OpenExistingAsync(dataPath, TimeProvider.System, cancel);
        var found = 0;
        Console.WriteLine($"\n{"still from",-32}{"found",-26}{"moment",8}{"score",9}");
        foreach (var (index, video) in videos.Index())
        {
            var time = 1.4 + (0.7 * index % 6);
            var still = await clips.StillAsync(video, time, cancel);
            var response = await SearchCommand.SearchAsync(data, null, new(), null, still, new() { Top = 3 }, new(), cancel);
            var best = response.Results[0];
            var right = best.Name == Path.GetFileName(video) && Math.Abs(best.Moment - time) <= Near;
            found += right ? 1 : 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{$"{Path.GetFileName(video)} at {time:F1} s",-32}{best.Name,-26}{best.Moment,6:F1} s{best.Score,9:F4}{(right ? "" : "   wrong")}"));
        }
        return found;
    }

    private static void MakeModel(string path)
    {
        var clip = ClipArchitecture.Named[Architecture];
        var config = new ModelConfig { Clip = clip with { Text = clip.Text with { Vocabulary = Tokenizer.ByteVocabularySize } }, Head = Head };
        ModelFolder.Write(path, "demo", config, RandomWeights.Of(config, seed: 1), Tokenizer.WriteByteVocabulary,
            new("tcmgc demo", TimeProvider.System.GetUtcNow()));
    }

    private static void Say(string what) => Console.Error.WriteLine($"tcmgc: {what}");
}
