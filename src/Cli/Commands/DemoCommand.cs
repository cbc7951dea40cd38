using System.CommandLine;
using System.Globalization;
using TcMgc.Cli.Evaluation;
using TcMgc.Cli.Pipeline;
using TcMgc.Media;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Stores;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc demo</c>: the main job from video files to answers, on clips it draws and the model that ships.</summary>
internal static class DemoCommand
{
    private const int Clips = 36, Shown = 12, Seed = 2026;

    public static Command Create()
    {
        var output = NewOption.WithDefault("--out", ".demo", "Folder for videos and index.", "DIR");
        var command = new Command("demo", "Show the main job from video files to search results.") { output };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(output)!, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string output, CancellationToken cancel)
    {
        var (clips, data) = (Path.Combine(output, "clips"), Path.Combine(output, "data"));
        Say($"drawing {Clips} short videos into {clips}");
        var videos = await DrawAsync(clips, cancel);

        Say("indexing: decoding at one frame a second, encoding, writing the index");
        var (_, indexed) = await IndexCommand.IndexAsync([clips], data, default, null, new(), new(), cancel);
        if (indexed.Any(outcome => outcome.Status == FileStatus.Failed))
            return 1;

        Say("searching: each sentence describes a part of one of the videos; the model has seen neither");
        var answers = await SearchAsync(data, videos, indexed, cancel);
        Print(answers);
        var (first, five) = (answers.RecallAt(1), answers.RecallAt(5));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            {Clips} sentences, {Clips} videos: the right one first in {first:F0} %, among the first five in {five:F0} %.
            By chance: {100.0 / Clips:F0} % and {500.0 / Clips:F0} %.
            Look for yourself: the videos are in {clips}, and this asks anything of them:

              ./tcmgc search "a yellow ring" --data {data}

            This model knows only the drawn world of docs/world.md. For real footage, fetch a published CLIP and index your own
            videos:

              ./tcmgc model pull ViT-B/32 --out models/vit-b-32
              ./tcmgc index ~/Videos --model models/vit-b-32
              ./tcmgc search "a dog runs along the beach"
            """));
        return 0;
    }

    private static async Task<IReadOnlyList<CaptionedVideo>> DrawAsync(string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var (world, writer) = (new SyntheticDataset(Seed), new VideoWriter(new MediaOptions().Ffmpeg));
        var videos = new List<CaptionedVideo>();
        foreach (var video in Enumerable.Range(0, Clips).Select(number => world.Video(Split.Test, number)))
        {
            var path = Path.Combine(folder, $"{video.Id}.mp4");
            if (!File.Exists(path))
                await writer.WriteAsync(video.Scene, path, cancel);
            videos.Add(new(video.Id, path, [.. video.Captions.Select(caption => caption.Text)]));
        }
        return videos;
    }

    private static async Task<IReadOnlyList<ServedQuery>> SearchAsync(string dataPath, IReadOnlyList<CaptionedVideo> videos,
        IReadOnlyList<FileOutcome> indexed, CancellationToken cancel)
    {
        using var data = await DataFolder.OpenExistingAsync(dataPath, TimeProvider.System, cancel);
        using var model = (await ModelChoice.OfAsync(null, data, cancel)).Load(new());
        using var search = new SearchEngine(model, data.Index, data.Catalog, TimeProvider.System, new());
        var request = new SearchRequest { Top = Clips, SegmentsEach = 1, Threshold = 0 };
        return await ServedQueries.RunAsync(search, videos, indexed, request, null, cancel);
    }

    private static void Print(IReadOnlyList<ServedQuery> answers)
    {
        Console.WriteLine($"\n{"rank",4}  {"first result",-16}{"moment",8}  sentence");
        foreach (var answer in answers.Take(Shown))
        {
            var right = answer.Rank == 1 ? "" : $"   ({Path.GetFileName(answer.Video.Path)})";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{answer.Rank,4}  {answer.Best?.Name,-16}{answer.Best?.Moment,6:F1} s  {answer.Sentence}{right}"));
        }
        if (answers.Count > Shown)
            Console.WriteLine($"  … and {answers.Count - Shown} more");
    }

    private static void Say(string what) => Console.Error.WriteLine($"tcmgc: {what}");
}
