using System.CommandLine;
using Spectre.Console;
using TcMgc.Cli.Evaluation;
using TcMgc.Model;
using TcMgc.Model.Calibration;
using TcMgc.Shared;
using TcMgc.Training;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc calibrate</c>: fits a model's confidence to its scores on validation videos, writes it to the model's card and
/// tests it on the test videos.
/// </summary>
internal static class CalibrateCommand
{
    private static readonly Option<string> s_dataset = DatasetOption.Create();
    private static readonly Option<string> s_model =
        ModelOption.CreateRequired("Folder or name of a model; the calibration is written to its card.");
    private static readonly Option<bool> s_dry = NewOption.Flag("--dry-run", "Measure, but do not change the model.");
    private static readonly Option<string?> s_cache = DatasetOption.CreateCache("decoded frames");
    private static readonly Option<bool> s_json = NewOption.Json();

    private const int BackgroundImages = 500;

    /// <summary>Fewer, for most footage is of the world.</summary>
    private const int BackgroundScreens = 250;

    private sealed record Measured(
        Split Split, int Videos, int Questions, Reliability Reliability, IReadOnlyList<ThresholdRates> Rates, double Unfamiliar);

    private sealed record Report(
        string Dataset, string Model, bool Written, ScoreCalibration Calibration, Measured Fitted, Measured? Tested);

    /// <summary>First results of a split, by the size of the libraries they come from.</summary>
    private sealed record Asked(
        Split Split, int Videos, int Questions, IReadOnlyList<(int Size, IReadOnlyList<FirstResult> Results)> BySize,
        IReadOnlyList<float[]> Frames)
    {
        public IReadOnlyList<FirstResult> All => [.. BySize.SelectMany(some => some.Results)];
    }

    public static Command Create()
    {
        var command = new Command(
            "calibrate", "Fit the confidence of a model's scores, so that search says how sure it is and when nothing matches.")
        {
            s_dataset, s_model, s_dry, s_cache, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = DatasetReader.Open(parsed.GetValue(s_dataset)!);
            var folder = ModelOption.Find(parsed.GetValue(s_model)!);
            using var model = folder.LoadUncalibrated(ComputeChoice.Of(parsed));
            var cache = DatasetOption.CacheFolder(parsed.GetValue(s_cache), dataset);
            if (dataset.Validation.Count == 0)
                throw new UserException(
                    $"{dataset.Root}: has no validation videos; a calibration is fitted to videos that were not trained on");
            var fitted = await AskAsync(dataset, Split.Validation, model, cache, cancel);
            var background = await Task.Run(
                () => FrameEmbeddings.Of(
                    model,
                    StatisticalImages.Draw(BackgroundImages, model.FrameSide)
                        .Concat(ScreenImages.Draw(BackgroundScreens, model.FrameSide)),
                    cancel),
                CancellationToken.None);
            var footage = FootageFit.Fit(fitted.Frames, background, model.Width);
            var calibration = Calibrator.Fit(fitted.All, $"{dataset.Name} {DatasetFrames.Key(dataset.Validation)}, validation")
                with
            { Footage = footage };
            var tested = dataset.Test.Count == 0 ? null : await AskAsync(dataset, Split.Test, model, cache, cancel);
            var written = !parsed.GetValue(s_dry);
            if (written)
                folder.Calibrate(calibration);
            var report = new Report(
                dataset.Name, folder.Id, written, calibration, Measure(calibration, fitted),
                tested is null ? null : Measure(calibration, tested));
            Output.Write(report, parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static async Task<Asked> AskAsync(
        Dataset dataset, Split split, VideoTextModel model, string cache, CancellationToken cancel)
    {
        var progress = new Progress(TimeProvider.System);
        using var frames = await new DatasetFrames(new(), cache).OpenAsync(dataset[split], model.Config, progress, cancel);
        int[] present = [.. Enumerable.Range(0, dataset[split].Count).Where(video => frames.Frames[video] > 0)];
        if (present.Length == 0)
            throw new UserException($"{dataset.Root}: no {SplitOption.Name(split)} video gives a frame");
        var questions = DatasetQuestions.Of(dataset, split, [.. present.Select(video => dataset[split][video])]);
        string[] texts = [.. questions.Select(question => question.Text)];
        var reporting = new Reporting<EvaluationProgress>(at => progress.Show(EvalCommand.Where(at), at.Done, at.Total));
        var logits = await Task.Run(
            () => Evaluator.ScoreTexts(model, texts, present, frames, reporting, cancel), CancellationToken.None);
        progress.Clear();
        TextShape[] shapes = [.. questions.Select(question => model.ShapeOf(question.Text))];
        return new(
            split, present.Length, questions.Count,
            [.. FirstResults.Sizes(present.Length).Select(size => (size, FirstResults.Of(questions, shapes, logits, size)))],
            await Task.Run(() => FrameEmbeddings.Of(model, present, frames, cancel), CancellationToken.None));
    }

    private static Measured Measure(ScoreCalibration calibration, Asked asked) =>
        new(asked.Split, asked.Videos, asked.Questions, Reliability.Of(calibration, asked.All),
            [.. asked.BySize.SelectMany(some => Reliability.Rates(calibration, some.Results, some.Size))],
            asked.Frames.Average(video => calibration.Footage!.Distance(video) > calibration.Footage.Limit ? 1.0 : 0));

    private static void Print(Report report)
    {
        var (fit, measured) = (report.Calibration, report.Tested ?? report.Fitted);
        Console.WriteLine(
            $"{report.Model}: fitted to {fit.Answers:N0} answers about {report.Fitted.Videos:N0} validation videos of "
            + $"{report.Dataset}{(report.Written ? ", written to its card" : "")}");
        Console.WriteLine(
            $"log odds of a match = {fit.Intercept:F3} {fit.Score:+0.000;-0.000} · score "
            + $"{fit.Segments:+0.000;-0.000} · ln segments {fit.Length:+0.000;-0.000} · ln tokens "
            + $"{fit.Spelling:+0.000;-0.000} · spelling");
        Console.WriteLine($"shown from a confidence of {100 * fit.Threshold:F0} %\n");
        Console.WriteLine(
            $"{SplitOption.Name(measured.Split)}: {measured.Videos:N0} videos, {measured.Questions:N0} questions, "
            + $"{measured.Reliability.Answers:N0} answers; promised and kept differ by {100 * measured.Reliability.Error:F1} "
            + "points on average");
        Console.WriteLine($"{100 * measured.Unfamiliar:F1} % of these videos count as footage of another kind");
        PrintBins(measured.Reliability);
        Console.WriteLine();
        PrintRates(measured.Rates);
    }

    private static void PrintBins(Reliability reliability)
    {
        var bins = new Table().Border(TableBorder.None).AddColumn("confidence");
        foreach (var name in new[] { "answers", "promised %", "right %" })
            bins.AddColumn(name, column => column.RightAligned());
        foreach (var bin in reliability.Bins)
            bins.AddRow(
                $"{100 * bin.From:F0} – {100 * bin.To:F0} %", $"{bin.Answers:N0}", Percent(bin.Promised), Percent(bin.Right));
        AnsiConsole.Write(bins);
    }

    private static void PrintRates(IReadOnlyList<ThresholdRates> measured)
    {
        var rates = new Table().Border(TableBorder.None).AddColumn("question");
        foreach (var name in new[] { "videos", "right first %", "false accept %", "false reject %", "of right first %" })
            rates.AddColumn(name, column => column.RightAligned());
        foreach (var rate in measured)
            rates.AddRow(
                rate.Kind, $"{rate.Videos:N0}", Percent(rate.RightFirst), Percent(rate.FalseAccept), Percent(rate.FalseReject),
                Percent(rate.RightRejected));
        AnsiConsole.Write(rates);
    }

    private static string Percent(double? part) => part is { } known ? $"{100 * known:F1}" : "";
}
