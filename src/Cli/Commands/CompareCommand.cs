using System.CommandLine;
using TcMgc.Model;
using TcMgc.Training;
using TcMgc.Training.Comparison;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc compare</c>: every head, and TC-MGC without each of its parts, on the same encoders, pairs and seeds.
/// </summary>
internal static class CompareCommand
{
    private static readonly Option<string> s_dataset = DatasetOption.Create();
    private static readonly Option<string> s_model = ModelOption.CreateRequired(
        "Folder or name of the model whose encoders every head is trained on; the encoders are not changed.");
    private static readonly Option<string> s_out =
        NewOption.Required("--out", "DIR", "Folder of the runs; an interrupted comparison is continued.");
    private static readonly Option<string[]> s_only =
        NewOption.List<string>("--only", "Names of variants; by default all.", "NAME");
    private static readonly Option<int> s_seeds = NewOption.Number("--seeds", 3, 1, 100, "Seeds 1 to N.", "N");
    private static readonly Option<int> s_epochs =
        NewOption.Number("--epochs", 5, 1, 10_000, "Passes over all pairs.");
    private static readonly Option<int> s_batch =
        NewOption.Number("--batch", 64, 2, 4096, "Pairs contrasted with each other.");
    private static readonly Option<double> s_rate = NewOption.Number("--lr", 1e-3, 0, 1, "Peak learning rate.");
    private static readonly Option<int> s_captions =
        NewOption.Number("--captions", 0, 0, 1000, "Captions of each training video that are used; 0 for all.");
    private static readonly Option<int> s_videos =
        NewOption.Number("--videos", 0, 0, int.MaxValue, "Training videos that are used; 0 for all.");
    private static readonly Option<int> s_testVideos =
        NewOption.Number("--test-videos", 0, 0, int.MaxValue, "Test videos that are measured on; 0 for all.");
    private static readonly Option<int?> s_frames =
        NewOption.Optional<int?>("--frames", "N: frames of a segment; by default those of --model.", "N");
    private static readonly Option<string?> s_cache = DatasetOption.CreateCache("decoded frames and frozen features");
    private static readonly Option<bool> s_json = NewOption.Json("Print the rows as JSON instead of Markdown.");

    public static Command Create()
    {
        var command = new Command(
            "compare",
            "Train and measure every head, and TC-MGC without each of its parts, on the same encoders, pairs and seeds.")
        {
            s_dataset, s_model, s_out, s_only, s_seeds, s_epochs, s_batch, s_rate, s_captions, s_videos, s_testVideos, s_frames,
            s_cache, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = Part(DatasetReader.Open(parsed.GetValue(s_dataset)!), parsed);
            var variants = Chosen(parsed.GetValue(s_only) ?? []);
            var comparison = new Comparison(
                dataset, ModelOption.Find(parsed.GetValue(s_model)!), parsed.GetValue(s_frames), parsed.GetValue(s_out)!,
                DatasetOption.CacheFolder(parsed.GetValue(s_cache), dataset), ComputeChoice.Of(parsed),
                new Progress(TimeProvider.System), TimeProvider.System);
            int[] seeds = [.. Enumerable.Range(1, parsed.GetValue(s_seeds))];
            var outcomes = await comparison.RunAsync(variants, seeds, Options(parsed), cancel);
            Output.Write(ResultsTable.Rows(variants, outcomes), parsed.GetValue(s_json),
                rows => Console.Write(ResultsTable.Markdown(rows)));
        });
        return command;
    }

    private static TrainingOptions Options(ParseResult parsed) => new()
    {
        Epochs = parsed.GetValue(s_epochs),
        Batch = parsed.GetValue(s_batch),
        LearningRate = parsed.GetValue(s_rate),
        ClipLearningRate = parsed.GetValue(s_rate) / 100,
        WeightDecay = 0.05,
        Freeze = Freeze.Encoders,
    };

    private static Dataset Part(Dataset dataset, ParseResult parsed)
    {
        var captions = parsed.GetValue(s_captions);
        return dataset with
        {
            Train =
            [
                .. FirstOf(dataset.Train, parsed.GetValue(s_videos))
                    .Select(video => video with { Captions = [.. FirstOf(video.Captions, captions)] }),
            ],
            Test = [.. FirstOf(dataset.Test, parsed.GetValue(s_testVideos))],
        };
    }

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
