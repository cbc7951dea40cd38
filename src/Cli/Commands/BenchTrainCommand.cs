using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using TcMgc.Cli.Benchmarks;
using TcMgc.Model;
using TcMgc.Model.Heads;
using TcMgc.Model.Text;
using TcMgc.Shared;
using TcMgc.Training;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench train</c>: training speed and memory of each head, each measured in a separate process.</summary>
internal static class BenchTrainCommand
{
    private static readonly Option<string[]> s_heads = NewOption.List<string>("--head", "Heads; by default all.", "NAME");
    private static readonly Option<string> s_architecture = ArchitectureOption.Create("ViT-T/16", "Sizes of the encoders");
    private static readonly Option<Freeze> s_freeze = NewOption.Choice<Freeze>("--freeze", "What keeps its weights.");
    private static readonly Option<int> s_batch =
        NewOption.Number("--batch", 32, 2, 4096, "Pairs contrasted with each other.");
    private static readonly Option<int> s_steps = NewOption.Number("--steps", 10, 1, 100_000, "Steps that are measured.");
    private static readonly Option<int> s_frames = NewOption.Number("--frames", 12, 2, 4096, "N: frames of a segment.");
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("train", "Pairs a second and memory of each head in training.")
        {
            s_heads, s_architecture, s_freeze, s_batch, s_steps, s_frames, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var heads = parsed.GetValue(s_heads) is { Length: > 0 } given ? given : [.. SimilarityHead.All.Keys];
            var speeds = new List<TrainingSpeed>();
            if (heads is [var head])
                speeds.Add(await Task.Run(() => Measure(head, parsed, cancel), cancel));
            else
            {
                var progress = new Progress(TimeProvider.System);
                foreach (var (done, each) in heads.Index())
                {
                    progress.Show($"{done} of {heads.Length} heads, now {each}", done, heads.Length);
                    speeds.Add(await MeasureInProcessAsync(each, parsed, cancel));
                }
                progress.Clear();
            }
            Output.Write(speeds, parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static TrainingSpeed Measure(string head, ParseResult parsed, CancellationToken cancel)
    {
        var options = new TrainingOptions { Batch = parsed.GetValue(s_batch), Freeze = parsed.GetValue(s_freeze) };
        return TrainingBenchmark.Run(
            Config(parsed, head), options, parsed.GetValue(s_steps), ComputeChoice.Of(parsed), cancel);
    }

    /// <summary>Measures a head in a separate process, whose peak memory is then that head's alone.</summary>
    private static async Task<TrainingSpeed> MeasureInProcessAsync(string head, ParseResult parsed, CancellationToken cancel)
    {
        string[] arguments =
        [
            .. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
                ? new[] { Environment.GetCommandLineArgs()[0] } : [],
            "bench", "train", "--head", head, "--arch", parsed.GetValue(s_architecture)!, "--freeze",
            $"{parsed.GetValue(s_freeze)}", "--batch", $"{parsed.GetValue(s_batch)}",
            "--steps", $"{parsed.GetValue(s_steps)}", "--frames", $"{parsed.GetValue(s_frames)}",
            "--device", $"{parsed.GetValue(ComputeChoice.Device)}",
            "--precision", $"{parsed.GetValue(ComputeChoice.Precision)}", "--json",
        ];
        using var process =
            Process.Start(new ProcessStartInfo(Environment.ProcessPath, arguments) { RedirectStandardOutput = true })!;
        await using var ending = cancel.UnsafeRegister(static child => ((Process)child!).Kill(), process);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<TrainingSpeed[]>(output, JsonSerializerOptions.Web)![0]
            : throw new UserException($"{head}: could not be measured (exit status {process.ExitCode})");
    }

    private static ModelConfig Config(ParseResult parsed, string head)
    {
        var clip = ArchitectureOption.Find(parsed.GetValue(s_architecture)!);
        return new()
        {
            Clip = clip with { Text = clip.Text with { Vocabulary = Tokenizer.ByteVocabularySize } },
            Head = head,
            Frames = parsed.GetValue(s_frames),
        };
    }

    private static void Print(List<TrainingSpeed> speeds)
    {
        Console.WriteLine($"{"head",-38}{"pairs/s",9}{"ms/step",9}{"peak MB",9}");
        foreach (var speed in speeds)
            Console.WriteLine(
                $"{speed.Head,-38}{speed.PairsPerSecond,9:F0}{speed.MillisecondsPerStep,9:F1}{speed.PeakMegabytes,9:F0}");
    }
}
