using System.CommandLine;
using Spectre.Console;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Training;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc eval</c>: how well a model finds the videos of a dataset by their captions, and the captions by their videos.
/// </summary>
internal static class EvalCommand
{
    private const string DualSoftmaxNote =
        "dual softmax re-ranks with all captions of the split at once; a search for one sentence cannot";

    private static readonly Option<string> s_dataset = DatasetOption.Create();
    private static readonly Option<string> s_model = ModelOption.CreateRequired();
    private static readonly Option<string?> s_head = NewOption.Optional<string?>(
        "--head", $"Another similarity head over the same encoders: {string.Join(", ", SimilarityHead.All.Keys)}.", "NAME");
    private static readonly Option<Split?> s_split = SplitOption.Create();
    private static readonly Option<int?> s_twoStage = NewOption.Optional<int?>(
        "--two-stage", "Also score only the K nearest videos of each caption, as search does, and report what that loses.", "K");
    private static readonly Option<bool> s_dualSoftmax =
        NewOption.Flag("--dual-softmax", "Also re-rank with all captions of the split at once.");
    private static readonly Option<string?> s_cache = DatasetOption.CreateCache("decoded frames");
    private static readonly Option<bool> s_json = NewOption.Json();

    private sealed record DualSoftmaxReport(string Note, RetrievalMetrics TextToVideo, RetrievalMetrics VideoToText);

    private sealed record Lost(double RecallAt1, double RecallAt5, double RecallAt10);

    private sealed record TwoStageReport(
        int Candidates, RetrievalMetrics TextToVideo, Lost Lost, double RightAmongCandidates, double BestAmongCandidates);

    private sealed record Report(
        string Dataset, Split Split, string Model, string Head, int Videos, int VideosWithoutFrames, int Captions,
        RetrievalMetrics TextToVideo, RetrievalMetrics VideoToText, double SumOfRecalls, double MillisecondsPerThousandPairs,
        Device Device, DualSoftmaxReport? DualSoftmax, TwoStageReport? TwoStage);

    public static Command Create()
    {
        var command = new Command("eval", "Measure how well a model finds the videos of a dataset by their captions.")
        {
            s_dataset, s_model, s_head, s_split, s_twoStage, s_dualSoftmax, s_cache,
            ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(s_twoStage) is not null && result.GetValue(s_twoStage) is < 1)
                result.AddError($"--two-stage is {result.GetValue(s_twoStage)}; it must be at least 1.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = DatasetReader.Open(parsed.GetValue(s_dataset)!);
            var engine = ComputeChoice.Of(parsed);
            using var model = EvaluatedModel.Load(
                ModelOption.Find(parsed.GetValue(s_model)!), parsed.GetValue(s_head), engine);
            var cache = DatasetOption.CacheFolder(parsed.GetValue(s_cache), dataset);
            var scores = await ScoreAsync(dataset, SplitOption.Of(parsed, s_split), model, cache, cancel);
            Output.Write(Describe(dataset, model, scores, engine.Device, parsed), parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static Report Describe(
        Dataset dataset, VideoTextModel model, Similarities scores, Device device, ParseResult parsed)
    {
        var split = SplitOption.Of(parsed, s_split);
        var texts = RetrievalMetrics.TextToVideo(scores.Logits);
        var videos = RetrievalMetrics.VideoToText(scores.Logits);
        return new(
            dataset.Name, split, model.Id, model.Config.Head, scores.Logits.Videos,
            dataset[split].Count - scores.Logits.Videos, scores.Logits.Queries, texts, videos,
            texts.SumOfRecalls + videos.SumOfRecalls, scores.MillisecondsPerThousandPairs, device,
            parsed.GetValue(s_dualSoftmax) ? Reranked(scores.Logits) : null,
            parsed.GetValue(s_twoStage) is { } candidates ? InTwoStages(scores, candidates, texts) : null);
    }

    private static async Task<Similarities> ScoreAsync(
        Dataset dataset, Split split, VideoTextModel model, string cache, CancellationToken cancel)
    {
        var videos = SplitOption.Videos(dataset, split);
        var progress = new Progress(TimeProvider.System);
        using var frames = await new DatasetFrames(new(), cache).OpenAsync(videos, model.Config, progress, cancel);
        var reporting = new Reporting<EvaluationProgress>(at => progress.Show(Where(at), at.Done, at.Total));
        var scores = await Task.Run(
            () => Evaluator.Score(model, videos, frames, null, TimeProvider.System, reporting, cancel), CancellationToken.None);
        progress.Clear();
        return scores;
    }

    private static DualSoftmaxReport Reranked(SimilarityMatrix logits)
    {
        var reranked = DualSoftmax.Rerank(logits);
        return new(DualSoftmaxNote, RetrievalMetrics.TextToVideo(reranked), RetrievalMetrics.VideoToText(reranked));
    }

    private static TwoStageReport InTwoStages(Similarities scores, int candidates, RetrievalMetrics exhaustive)
    {
        var two = TwoStage.Of(scores, candidates);
        var found = two.TextToVideo;
        return new(
            two.Candidates, found,
            new(exhaustive.RecallAt1 - found.RecallAt1, exhaustive.RecallAt5 - found.RecallAt5,
                exhaustive.RecallAt10 - found.RecallAt10),
            two.RightAmongCandidates, two.BestAmongCandidates);
    }

    private static void Print(Report report)
    {
        Console.WriteLine(
            $"{report.Dataset}, {SplitOption.Name(report.Split)}: {report.Videos:N0} videos, {report.Captions:N0} captions; "
            + $"{report.Model}, {report.Head}");
        if (report.VideosWithoutFrames > 0)
            Console.WriteLine($"{report.VideosWithoutFrames:N0} videos gave no frame and are left out");
        var table = new Table().Border(TableBorder.None).AddColumn("");
        foreach (var name in new[] { "R@1", "R@5", "R@10", "sum", "MdR", "MnR" })
            table.AddColumn(name, column => column.RightAligned());
        Add("text → video", report.TextToVideo);
        Add("video → text", report.VideoToText);
        if (report.DualSoftmax is { } dual)
        {
            Add("text → video, dual softmax", dual.TextToVideo);
            Add("video → text, dual softmax", dual.VideoToText);
        }
        if (report.TwoStage is { } two)
            Add($"text → video, {two.Candidates:N0} candidates", two.TextToVideo);
        AnsiConsole.Write(table);
        Console.WriteLine(
            $"sum of all recalls {report.SumOfRecalls:F1}; {report.MillisecondsPerThousandPairs:F2} ms for 1,000 pairs on "
            + $"{report.Device.ToString().ToLowerInvariant()}");
        if (report.DualSoftmax is not null)
            Console.WriteLine(DualSoftmaxNote);
        if (report.TwoStage is { } kept)
            Console.WriteLine(
                $"two stages lose {kept.Lost.RecallAt1:F1} of R@1, {kept.Lost.RecallAt5:F1} of R@5, {kept.Lost.RecallAt10:F1} of "
                + $"R@10; the best of all videos is among the candidates for {kept.BestAmongCandidates:F1} % of the captions, "
                + $"the right one for {kept.RightAmongCandidates:F1} %");

        void Add(string name, RetrievalMetrics found) => table.AddRow(
            name, $"{found.RecallAt1:F1}", $"{found.RecallAt5:F1}", $"{found.RecallAt10:F1}", $"{found.SumOfRecalls:F1}",
            $"{found.MedianRank:F1}", $"{found.MeanRank:F1}");
    }

    /// <summary>The state of an evaluation as a progress line.</summary>
    public static string Where(EvaluationProgress at) =>
        $"{(at.Stage == EvaluationStage.Videos ? "encoding videos" : "scoring captions with all videos")}: "
        + $"{at.Done:N0} of {at.Total:N0}";
}
