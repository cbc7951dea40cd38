using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TcMgc.Cli.Evaluation;
using TcMgc.Cli.Pipeline;
using TcMgc.Model;
using TcMgc.Model.Calibration;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Training;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc calibrate</c>: what a model's scores are worth, measured on validation videos, written to the model and tested on
/// others.
/// </summary>
internal static class CalibrateCommand
{
    private static readonly Option<string> s_dataset = new("--dataset")
    {
        Description = "Folder with captions.jsonl, or FORMAT=DIR (docs/datasets.md).",
        HelpName = "DATASET",
        Required = true,
    };
    private static readonly Option<string> s_model = new("--model")
    {
        Description = "Folder or name of a model; the calibration is written to its card.",
        HelpName = "MODEL",
        Required = true,
    };
    private static readonly Option<bool> s_dry = new("--dry-run") { Description = "Measure, but leave the model as it is." };
    private static readonly Option<string?> s_cache = new("--cache")
    {
        Description = "Folder for decoded frames; by default 'cache' in the dataset's folder.",
        HelpName = "DIR",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    private sealed record Measured(
        Split Split, int Videos, int Questions, Reliability Reliability, IReadOnlyList<ThresholdRates> Rates);

    private sealed record Report(
        string Dataset, string Model, bool Written, ScoreCalibration Calibration, Measured Fitted, Measured? Tested);

    /// <summary>First results of a split, by the size of the libraries they come from.</summary>
    private sealed record Asked(
        Split Split, int Videos, int Questions, IReadOnlyList<(int Size, IReadOnlyList<FirstResult> Results)> BySize)
    {
        public IReadOnlyList<FirstResult> All => [.. BySize.SelectMany(some => some.Results)];
    }

    public static Command Create()
    {
        var command = new Command(
            "calibrate", "Measure what a model's scores are worth, so that search tells how sure it is and when nothing matches.")
        {
            s_dataset, s_model, s_dry, s_cache, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = DatasetReader.Open(parsed.GetValue(s_dataset)!);
            var folder = ModelFolder.Find(parsed.GetValue(s_model)!, ModelChoice.Models);
            using var model = folder.Load(ComputeChoice.Of(parsed));
            var cache = parsed.GetValue(s_cache) ?? Path.Combine(dataset.Root, "cache");
            if (dataset.Validation.Count == 0)
                throw new UserException(
                    $"{dataset.Root}: has no validation videos; a calibration is fitted to videos that no training saw");
            var fitted = await AskAsync(dataset, Split.Validation, model, cache, cancel);
            var calibration = Calibrator.Fit(fitted.All, $"{dataset.Name} {DatasetFrames.Key(dataset.Validation)}, validation");
            var tested = dataset.Test.Count == 0 ? null : await AskAsync(dataset, Split.Test, model, cache, cancel);
            if (!parsed.GetValue(s_dry))
                folder.Calibrate(calibration);
            var report = new Report(dataset.Name, folder.Id, !parsed.GetValue(s_dry), calibration, Measure(calibration, fitted),
                tested is null ? null : Measure(calibration, tested));
            if (parsed.GetValue(s_json))
                Output.Json(report);
            else
                Print(report);
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
        var logits =
            await Task.Run(() => Evaluator.ScoreTexts(model, [.. questions.Select(question => question.Text)], present, frames,
            new Reporting<EvaluationProgress>(at => progress.Show(EvalCommand.Where(at))), cancel), CancellationToken.None);
        progress.Clear();
        TextShape[] shapes = [.. questions.Select(question => model.ShapeOf(question.Text))];
        return new(
            split, present.Length, questions.Count,
            [.. FirstResults.Sizes(present.Length).Select(size => (size, FirstResults.Of(questions, shapes, logits, size)))]);
    }

    private static Measured Measure(ScoreCalibration calibration, Asked asked) =>
        new(asked.Split, asked.Videos, asked.Questions, Reliability.Of(calibration, asked.All),
        [.. asked.BySize.SelectMany(some => Reliability.Rates(calibration, some.Results, some.Size))]);

    private static void Print(Report report)
    {
        var (fit, measured) = (report.Calibration, report.Tested ?? report.Fitted);
        var (reliability, written) = (measured.Reliability, report.Written ? ", written to its card" : "");
        Console.WriteLine(
            $"{report.Model}: fitted to {fit.Answers:N0} answers about {report.Fitted.Videos:N0} validation videos of "
                + $"{report.Dataset}{written}");
        Console.WriteLine(
            $"log odds of a match = {fit.Intercept:F3} {fit.Score:+0.000;-0.000} · score "
                + $"{fit.Segments:+0.000;-0.000} · ln segments "
                + $"{fit.Length:+0.000;-0.000} · ln tokens {fit.Spelling:+0.000;-0.000} · spelling");
        Console.WriteLine($"shown from a confidence of {100 * fit.Threshold:F0} %\n");
        Console.WriteLine(
            $"{SplitOption.Name(measured.Split)}: {measured.Videos:N0} videos, {measured.Questions:N0} questions, {reliability.Answers:N0} answers; "
                + $"promised and kept differ by {100 * reliability.Error:F1} points on average");
        var bins = new Table().Border(TableBorder.None).AddColumn("confidence");
        foreach (var name in new[] { "answers", "promised %", "right %" })
            bins.AddColumn(name, column => column.RightAligned());
        foreach (var bin in measured.Reliability.Bins)
            bins.AddRow($"{100 * bin.From:F0} – {100 * bin.To:F0} %", bin.Answers.ToString("N0", CultureInfo.InvariantCulture),
                Percent(bin.Promised), Percent(bin.Right));
        AnsiConsole.Write(bins);
        Console.WriteLine();
        var rates = new Table().Border(TableBorder.None).AddColumn("question")
            .AddColumn("videos", column => column.RightAligned());
        foreach (var name in new[] { "right first %", "false accept %", "false reject %", "of right first %" })
            rates.AddColumn(name, column => column.RightAligned());
        foreach (var rate in measured.Rates)
            rates.AddRow(rate.Kind, rate.Videos.ToString("N0", CultureInfo.InvariantCulture), Percent(rate.RightFirst),
                Percent(rate.FalseAccept), Percent(rate.FalseReject), Percent(rate.RightRejected));
        AnsiConsole.Write(rates);
    }

    private static string Percent(double? part) => part is { } known
        ? (100 * known).ToString("F1", CultureInfo.InvariantCulture) : "";
}
