using System.CommandLine;
using TcMgc.Cli.Evaluation;
using TcMgc.Cli.Pipeline;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;
using TcMgc.Training;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc eval-search</c>: how well search as people use it, from files to results, finds the videos of a dataset by their
/// captions.
/// </summary>
internal static class EvalSearchCommand
{
    private static readonly Option<string> s_dataset = DatasetOption.Create();
    private static readonly Option<Split?> s_split = SplitOption.Create();
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_model = ModelOption.Create();
    private static readonly Option<int> s_candidates = CandidatesOption.Create(SearchRequest.LargestTop);
    private static readonly Option<bool> s_exhaustive = CandidatesOption.CreateExhaustive();
    private static readonly Option<bool> s_json = NewOption.Json();

    private sealed record Report(
        string Dataset, Split Split, string Data, string Model, int Videos, int VideosNotIndexed, int SearchableVideos,
        int Captions, int? Candidates, RetrievalMetrics TextToVideo, double MedianMilliseconds, Device Device);

    public static Command Create()
    {
        var command = new Command(
            "eval-search",
            "Index the videos of a dataset from their files, and measure how well search finds them by their captions.")
        {
            s_dataset, s_split, s_data, s_model, s_candidates, s_exhaustive, ComputeChoice.Device, ComputeChoice.Precision,
            s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = DatasetReader.Open(parsed.GetValue(s_dataset)!);
            var split = SplitOption.Of(parsed, s_split);
            var (folder, modelName, engine) = (parsed.GetValue(s_data)!, parsed.GetValue(s_model), ComputeChoice.Of(parsed));
            var videos = SplitOption.Videos(dataset, split);
            string[] paths = [.. videos.Select(video => video.Path).Distinct()];
            var (_, outcomes) =
                await IndexCommand.IndexAsync(paths, folder, default, modelName, engine, new(), cancel);
            using var data = await DataFolder.OpenExistingAsync(folder, TimeProvider.System, cancel);
            using var model = (await ModelChoice.OfAsync(modelName, data, cancel)).Load(engine);
            int? candidates = parsed.GetValue(s_exhaustive) ? null : parsed.GetValue(s_candidates);
            var answers = await SearchAsync(videos, outcomes, data, model, candidates, cancel);
            var searchable = await SearchableAsync(data, model.Id, cancel);
            var searched = answers.DistinctBy(answer => answer.Video).Count();
            var report = new Report(
                dataset.Name, split, data.Path, model.Id, searched, videos.Count - searched, searchable.Count, answers.Count,
                candidates, answers.Metrics(searchable), Median(answers), engine.Device);
            Output.Write(report, parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static async Task<IReadOnlyList<ServedQuery>> SearchAsync(
        IReadOnlyList<CaptionedVideo> videos, IReadOnlyList<FileOutcome> outcomes, DataFolder data,
        VideoTextModel model, int? candidates, CancellationToken cancel)
    {
        // Captions may be paragraphs, longer than what people type. No more results than candidates: that would score more.
        var options = new SearchOptions { LongestText = int.MaxValue, Candidates = candidates ?? new SearchOptions().Candidates };
        var request = new SearchRequest
        {
            Top = candidates ?? SearchRequest.LargestTop,
            SegmentsEach = 1,
            Exhaustive = candidates is null,
            Threshold = 0,
        };
        var progress = new Progress(TimeProvider.System);
        var captions = videos.Sum(video => video.Captions.Count);
        var answers = await ServedQueries.RunAsync(
            new(model, data.Index, data.Catalog, TimeProvider.System, options), videos, outcomes, request,
            new Reporting<int>(
                done => progress.Show($"searching: {done:N0} of {captions:N0} captions", done, captions)), cancel);
        progress.Clear();
        return answers;
    }

    /// <summary>All videos that search can find: those of the dataset and the others in the folder.</summary>
    private static async Task<IReadOnlyList<VideoId>> SearchableAsync(DataFolder data, string modelId, CancellationToken cancel)
    {
        var searchable = new List<VideoId>();
        await foreach (var entry in data.Catalog.ListAsync(cancel))
            if (entry.State == VideoState.Indexed && entry.ModelId == modelId)
                searchable.Add(entry.Id);
        return searchable;
    }

    private static double Median(IReadOnlyList<ServedQuery> answers) =>
        answers.Select(answer => answer.Response.Elapsed.TotalMilliseconds).Order().ElementAtOrDefault(answers.Count / 2);

    private static void Print(Report report)
    {
        var found = report.TextToVideo;
        var scored = report.Candidates is { } candidates ? $"{candidates:N0} candidates" : "every segment";
        Console.WriteLine(
            $"{report.Dataset}, {SplitOption.Name(report.Split)}: {report.Captions:N0} captions of {report.Videos:N0} videos, "
            + $"{report.SearchableVideos:N0} videos in {FilePaths.Name(report.Data)}; {report.Model}");
        Console.WriteLine(
            $"text → video  R@1 {found.RecallAt1:F1}  R@5 {found.RecallAt5:F1}  R@10 {found.RecallAt10:F1}  "
            + $"MdR {found.MedianRank:F1}  MnR {found.MeanRank:F1}");
        Console.WriteLine($"{scored} scored; {report.MedianMilliseconds:F0} ms a search, median");
        if (report.VideosNotIndexed > 0)
            Console.WriteLine($"{report.VideosNotIndexed:N0} videos could not be indexed and are left out");
    }
}
