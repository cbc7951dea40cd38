using System.CommandLine;
using TcMgc.Cli.Benchmarks;
using TcMgc.Media;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench decode</c>: what decoding files costs, beside ffmpeg that only decodes them.</summary>
internal static class BenchDecodeCommand
{
    private static readonly Argument<string[]> s_paths = BenchCommand.Paths();
    private static readonly Option<int> s_side =
        NewOption.Number("--side", 224, 1, 4096, "Width and height of the frames in pixels.", "PIXELS");
    private static readonly Option<bool> s_keyFrames =
        NewOption.Flag("--key-frames", "Decode key frames alone, of files where they are close enough.");
    private static readonly Option<int> s_rounds = BenchCommand.Rounds();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("decode", "Time of decoding files, beside ffmpeg that only decodes them.")
        {
            s_paths, s_side, s_keyFrames, s_rounds, s_json,
        };
        command.SetAction(async (parsed, cancel) => Output.Write(
            await DecodeBenchmark.RunAsync(
                parsed.GetValue(s_paths)!, parsed.GetValue(s_side),
                new() { Frames = parsed.GetValue(s_keyFrames) ? FrameChoice.KeyFrames : FrameChoice.Exact },
                parsed.GetValue(s_rounds), new(TimeProvider.System), cancel),
            parsed.GetValue(s_json), Print));
        return command;
    }

    private static void Print(DecodeSpeed speed)
    {
        Console.WriteLine($"{speed.Files} files, {speed.Footage:F0} s of footage");
        Console.WriteLine();
        BenchCommand.Print(("decode", speed.Decode), ("ffmpeg -f null", speed.Ffmpeg));
        Console.WriteLine();
        Console.WriteLine($"elapsed: {speed.Ratio:F2} × ffmpeg's");
    }
}
