using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Training;
using TcMgc.Training.Comparison;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc compare</c>: every head, and TC-MGC without each of its parts, on the same encoders, pairs and seeds.
/// </summary>
internal static class CompareCommand
{
    private static readonly Option<string> s_dataset = new("--dataset")
    {
        Description = "Folder with captions.jsonl, or FORMAT=DIR (docs/datasets.md).",
        HelpName = "DATASET",
        Required = true,
    };
    private static readonly Option<string> s_model = new("--model")
    {
        Description = "Folder or name of the model whose encoders every head is trained on; they stay as they are.",
        HelpName = "MODEL",
        Required = true,
    };
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "Folder of the runs; a comparison that was interrupted goes on.",
        HelpName = "DIR",
        Required = true,
    };
    private static readonly Option<string[]> s_only = new("--only")
    {
        Description = "Names of variants; by default all.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<int> s_seeds = new Option<int>("--seeds")
    {
        Description = "Seeds 1 to N.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    }.Between(1, 100);
    private static readonly Option<int> s_epochs = new Option<int>("--epochs")
    {
        Description = "Times every pair is seen.",
        DefaultValueFactory = _ => 5,
    }.Between(1, 10_000);
    private static readonly Option<int> s_batch = new Option<int>("--batch")
    {
        Description = "Pairs contrasted with each other.",
        DefaultValueFactory = _ => 64,
    }.Between(2, 4096);
    private static readonly Option<double> s_rate = new Option<double>("--lr")
    {
        Description = "Peak learning rate.",
        DefaultValueFactory = _ => 1e-3,
    }.Between(0, 1);
    private static readonly Option<int> s_captions = new Option<int>("--captions")
    {
        Description = "Captions of each training video that are used; 0 for all.",
        DefaultValueFactory = _ => 0,
    }.Between(0, 1000);
    private static readonly Option<int> s_videos = new Option<int>("--videos")
    {
        Description = "Training videos that are used; 0 for all.",
        DefaultValueFactory = _ => 0,
    }.Between(0, int.MaxValue);
    private static readonly Option<int> s_testVideos = new Option<int>("--test-videos")
    {
        Description = "Test videos that are measured on; 0 for all.",
        DefaultValueFactory = _ => 0,
    }.Between(0, int.MaxValue);
    private static readonly Option<int?> s_frames = new("--frames")
    {
        Description = "N: frames of a segment; by default those of --model.",
        HelpName = "N",
    };
    private static readonly Option<string?> s_cache = new("--cache")
    {
        Description = "Folder for decoded frames and frozen features; by default 'cache' in the dataset's folder.",
        HelpName = "DIR",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print the rows as JSON instead of Markdown." };

    public static Command Create()
    {
        var command = new Command(
            "compare",
            "Train and measure every head, and TC-MGC without each of its parts, on the same encoders, pairs and seeds.")
        {
            s_dataset, s_model, s_out, s_only, s_seeds, s_epochs, s_batch, s_rate, s_captions, s_videos,
            s_testVideos, s_frames, s_cache,
            ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset =
                Part(DatasetReader.Open(parsed.GetValue(s_dataset)!), parsed.GetValue(s_videos), parsed.GetValue(s_captions),
                    parsed.GetValue(s_testVideos));
            var variants = Chosen(parsed.GetValue(s_only) ?? []);
            var comparison = new Comparison(dataset, ModelFolder.Find(parsed.GetValue(s_model)!, ModelChoice.Models),
                parsed.GetValue(s_frames), parsed.GetValue(s_out)!,
                parsed.GetValue(s_cache) ?? Path.Combine(dataset.Root, "cache"), ComputeChoice.Of(parsed),
                new Progress(TimeProvider.System), TimeProvider.System);
            var options = new TrainingOptions
            {
                Epochs = parsed.GetValue(s_epochs),
                Batch = parsed.GetValue(s_batch),
                LearningRate = parsed.GetValue(s_rate),
                ClipLearningRate = parsed.GetValue(s_rate) / 100,
                WeightDecay = 0.05,
                Freeze = Freeze.Encoders,
            };
            var outcomes =
                await comparison.RunAsync(variants, [.. Enumerable.Range(1, parsed.GetValue(s_seeds))], options, cancel);
            var rows = ResultsTable.Rows(variants, outcomes);
            if (parsed.GetValue(s_json))
                Output.Json(rows);
            else
                Console.Write(ResultsTable.Markdown(rows));
        });
        return command;
    }

    private static Dataset Part(Dataset dataset, int videos, int captions, int testVideos) => dataset with
    {
        Train = [
            .. FirstOf(dataset.Train, videos).Select(video => video with { Captions = [.. FirstOf(video.Captions, captions)] })],
        Test = [.. FirstOf(dataset.Test, testVideos)],
    };

    private static IEnumerable<T> FirstOf<T>(IEnumerable<T> all, int count) => count == 0 ? all : all.Take(count);

    private static IReadOnlyList<Variant> Chosen(string[] names)
    {
        if (names.FirstOrDefault(name => !Variant.All.Any(variant => variant.Name == name)) is { } unknown)
            throw new ModelException(
                $"there is no variant '{unknown}'; there are "
                    + $"{string.Join(", ", Variant.All.Select(variant => $"'{variant.Name}'"))}");
        return names.Length == 0 ? Variant.All : [.. Variant.All.Where(variant => names.Contains(variant.Name))];
    }
}
