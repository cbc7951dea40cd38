using System.CommandLine;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc dataset sheet</c>: frames and captions of a dataset's first videos in one picture.</summary>
internal static class DatasetSheetCommand
{
    private static readonly Option<string> s_dataset = new("--dataset")
    {
        Description = "Folder with captions.jsonl, or FORMAT=DIR (docs/datasets.md).",
        HelpName = "DATASET",
        Required = true,
    };
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "The picture, FILE.svg.",
        HelpName = "FILE",
        Required = true,
    };
    private static readonly Option<Split> s_split = SplitOption.Create();
    private static readonly Option<int> s_videos = new Option<int>("--videos")
    {
        Description = "Videos shown: the first ones.",
        DefaultValueFactory = _ => 12,
    }.Between(1, 1000);
    private static readonly Option<int> s_frames = new Option<int>("--frames")
    {
        Description = "Frames of each, evenly spaced.",
        DefaultValueFactory = _ => 8,
    }.Between(1, 64);
    private static readonly Option<int> s_captions = new Option<int>("--captions")
    {
        Description = "Captions shown of each.",
        DefaultValueFactory = _ => 3,
    }.Between(0, 1000);
    private static readonly Option<bool> s_json = new("--json") { Description = "Print what was written as JSON." };

    private sealed record Report(string File, int Videos);

    public static Command Create()
    {
        var command = new Command("sheet", "Show frames and captions of a dataset's first videos in one picture.") { s_dataset,
            s_out, s_split, s_videos, s_frames, s_captions, s_json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_out) is { } file && !file.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
                result.AddError($"--out is {file}; the picture is an SVG: give it a name that ends in .svg.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var videos = SplitOption.Videos(DatasetReader.Open(parsed.GetValue(s_dataset)!), parsed.GetValue(s_split))
                .Take(parsed.GetValue(s_videos)).ToList();
            var sheet = new ContactSheet(new MediaOptions(), parsed.GetValue(s_frames), parsed.GetValue(s_captions));
            var (progress, shown) = (new Progress(TimeProvider.System), 0);
            foreach (var (index, video) in videos.Index())
            {
                progress.Show($"{index + 1} of {videos.Count} videos");
                if (await sheet.AddAsync(video, cancel) is { } reason)
                    progress.Say($"{video.Path}: {reason}; it is left out");
                else
                    shown++;
            }
            progress.Clear();
            await WriteAsync(parsed.GetValue(s_out)!, sheet.Svg, cancel);
            var report = new Report(Path.GetFullPath(parsed.GetValue(s_out)!), shown);
            if (parsed.GetValue(s_json))
                Output.Json(report);
            else
                Console.WriteLine($"{parsed.GetValue(s_out)}: {report.Videos} videos");
        });
        return command;
    }

    private static async Task WriteAsync(string path, string svg, CancellationToken cancel)
    {
        try
        {
            await File.WriteAllTextAsync(path, svg, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {error.Message}", error);
        }
    }
}
