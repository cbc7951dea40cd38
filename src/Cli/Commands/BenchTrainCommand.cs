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

/// <summary><c>tcmgc bench train</c>: pairs a second and memory of each head, each in a process of its own.</summary>
internal static class BenchTrainCommand
{
    private static readonly Option<string[]> s_heads = new("--head")
    {
        Description = "Heads; by default all.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string> s_architecture = new("--arch")
    {
        Description = $"Sizes of the encoders: {string.Join(", ", ClipArchitecture.Named.Keys)}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "ViT-T/16",
    };
    private static readonly Option<Freeze> s_freeze = new("--freeze")
    {
        Description = "What keeps its weights: none, frames or encoders.",
        HelpName = "none|frames|encoders",
    };
    private static readonly Option<int> s_batch = new Option<int>("--batch")
    {
        Description = "Pairs contrasted with each other.",
        DefaultValueFactory = _ => 32,
    }.Between(2, 4096);
    private static readonly Option<int> s_steps = new Option<int>("--steps")
    {
        Description = "Steps that are measured.",
        DefaultValueFactory = _ => 10,
    }.Between(1, 100_000);
    private static readonly Option<int> s_frames = new Option<int>("--frames")
    {
        Description = "N: frames of a segment.",
        DefaultValueFactory = _ => 12,
    }.Between(2, 4096);
    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("train", "Pairs a second and memory of each head in training.")
        {
            s_heads, s_architecture, s_freeze, s_batch, s_steps, s_frames, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var heads = parsed.GetValue(s_heads) is { Length: > 0 } given ? given : [.. SimilarityHead.All.Keys];
            if (heads is [var head])
            {
                var speed = await Task.Run(
                    () => TrainingBenchmark.Run(
                        Config(parsed, head), Options(parsed), parsed.GetValue(s_steps), ComputeChoice.Of(parsed), cancel),
                    cancel);
                Print([speed], parsed.GetValue(s_json));
                return;
            }
            var speeds = new List<TrainingSpeed>();
            foreach (var each in heads)
            {
                Console.Error.WriteLine($"tcmgc: {each}");
                speeds.Add(await AloneAsync(each, parsed, cancel));
            }
            Print(speeds, parsed.GetValue(s_json));
        });
        return command;
    }

    /// <summary>A head in a process of its own, so that its memory is nobody else's.</summary>
    private static async Task<TrainingSpeed> AloneAsync(string head, ParseResult parsed, CancellationToken cancel)
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
        var name = parsed.GetValue(s_architecture)!;
        if (!ClipArchitecture.Named.TryGetValue(name, out var clip))
            throw new ModelException(
                $"there is no architecture '{name}'; there are {string.Join(", ", ClipArchitecture.Named.Keys)}");
        return new()
        {
            Clip = clip with { Text = clip.Text with { Vocabulary = Tokenizer.ByteVocabularySize } },
            Head = head,
            Frames = parsed.GetValue(s_frames)
        };
    }

    private static TrainingOptions Options(ParseResult parsed) =>
        new() { Batch = parsed.GetValue(s_batch), Freeze = parsed.GetValue(s_freeze) };

    private static void Print(IReadOnlyList<TrainingSpeed> speeds, bool json)
    {
        if (json)
        {
            Output.Json(speeds);
            return;
        }
        Console.WriteLine($"{"head",-38}{"pairs/s",9}{"ms/step",9}{"peak MB",9}");
        foreach (var speed in speeds)
            Console.WriteLine(
                $"{speed.Head,-38}{speed.PairsPerSecond,9:F0}{speed.MillisecondsPerStep,9:F1}{speed.PeakMegabytes,9:F0}");
    }
}
