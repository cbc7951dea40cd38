using System.CommandLine;
using TcMgc.Cli.Benchmarks;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench similar</c>: what it saves and costs to encode no frames that are alike.</summary>
internal static class BenchSimilarCommand
{
    private static readonly Argument<string[]> s_paths = BenchCommand.Paths();
    private static readonly Option<string> s_model = ModelOption.CreateTinyByDefault();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command(
            "similar", "Share of frames that --similar-frames spares, and how close their embeddings are to those they take.")
        {
            s_paths, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var model = ModelOption.Find(parsed.GetValue(s_model)!).Load(ComputeChoice.Of(parsed));
            Output.Write(
                await SimilarBenchmark.RunAsync(parsed.GetValue(s_paths)!, model, new(TimeProvider.System), cancel),
                parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static void Print(IReadOnlyList<SimilarSaving> savings)
    {
        Console.WriteLine($"{savings[0].Frames} frames\n");
        Console.WriteLine($"{"similar",-8}{"spared %",10}{"least cosine",14}{"mean cosine",13}");
        foreach (var saving in savings)
            Console.WriteLine($"{saving.Most,-8}{100.0 * saving.Spared / saving.Frames,10:F1}{saving.LeastCosine,14:F4}"
                + $"{saving.MeanCosine,13:F4}");
    }
}
