using System.CommandLine;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc dataset sheet</c>: frames and captions of a dataset's first videos in one picture.</summary>
internal static class DatasetSheetCommand
{
    private static readonly Option<string> s_dataset = DatasetOption.Create();
    private static readonly Option<string> s_out = NewOption.Required("--out", "FILE", "The picture, FILE.svg.");
    private static readonly Option<Split?> s_split = SplitOption.Create();
    private static readonly Option<int> s_videos =
        NewOption.Number("--videos", 12, 1, 1000, "Videos shown: the first ones.");
    private static readonly Option<int> s_frames = NewOption.Number("--frames", 8, 1, 64, "Frames of each, evenly spaced.");
    private static readonly Option<int> s_captions = NewOption.Number("--captions", 3, 0, 1000, "Captions shown of each.");
    private static readonly Option<bool> s_json = NewOption.Json("Print what was written as JSON.");

    private sealed record Report(string File, int Videos);

    public static Command Create()
    {
        var command = new Command("sheet", "Show frames and captions of a dataset's first videos in one picture.")
        {
            s_dataset, s_out, s_split, s_videos, s_frames, s_captions, s_json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_out) is { } file && !file.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
                result.AddError($"--out is {file}; the picture is an SVG: give it a name that ends in .svg.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var videos = SplitOption.Videos(DatasetReader.Open(parsed.GetValue(s_dataset)!), SplitOption.Of(parsed, s_split))
                .Take(parsed.GetValue(s_videos)).ToList();
            var path = parsed.GetValue(s_out)!;
            var sheet = new ContactSheet(new MediaOptions(), parsed.GetValue(s_frames), parsed.GetValue(s_captions));
            var shown = await FillAsync(sheet, videos, cancel);
            await WriteAsync(path, sheet.Svg, cancel);
            Output.Write(new Report(Path.GetFullPath(path), shown), parsed.GetValue(s_json),
                report => Console.WriteLine($"{FilePaths.Name(path)}: {Output.Count(report.Videos, "video")}"));
        });
        return command;
    }

    /// <returns>The number of videos on the sheet; unreadable ones are left out with a message.</returns>
    private static async Task<int> FillAsync(ContactSheet sheet, List<CaptionedVideo> videos, CancellationToken cancel)
    {
        var progress = new Progress(TimeProvider.System);
        var shown = 0;
        foreach (var (index, video) in videos.Index())
        {
            progress.Show($"{index} of {videos.Count} videos", index, videos.Count);
            if (await sheet.AddAsync(video, cancel) is { } reason)
                progress.Say($"{FilePaths.Display(video.Path)}: {FilePaths.OneLine(reason)}; it is left out");
            else
                shown++;
        }
        progress.Clear();
        return shown;
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
