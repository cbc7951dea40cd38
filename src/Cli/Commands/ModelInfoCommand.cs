using System.CommandLine;
using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model info</c>: what a model is, and whether its weights are complete.</summary>
internal static class ModelInfoCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Folder or name of a model." };
        var models = ModelCommand.Models();
        var json = NewOption.Json("Print model.json as it is.");
        var command = new Command(
            "info", "Show what a model is, check its weights, and name the precision it computes with here.")
        {
            model, models, ComputeChoice.Device, ComputeChoice.Precision, json,
        };
        command.SetAction(parsed =>
        {
            var folder = ModelFolder.Find(parsed.GetValue(model)!, parsed.GetValue(models)!);
            folder.CheckHash();
            Output.Write(folder.Card, parsed.GetValue(json), _ => Print(folder, ComputeChoice.Of(parsed)));
        });
        return command;
    }

    private static void Print(ModelFolder folder, ComputeOptions options)
    {
        using var loaded = folder.Load(options);
        var (card, config) = (folder.Card, folder.Card.Config);
        var (vision, text) = (config.Clip.Vision, config.Clip.Text);
        foreach (var (name, value) in new[]
        {
            ("id", folder.Id),
            ("about", card.About ?? "its card does not say what it knows"),
            ("head", $"{config.Head}: {SimilarityHead.Of(config).Summary}"),
            ("embedding", $"{config.Clip.EmbeddingWidth} wide"),
            ("images",
                $"{vision.ImageSize} × {vision.ImageSize}, patches of {vision.PatchSize}, "
                + $"{vision.Layers} blocks of {vision.Width}"),
            ("texts",
                $"{config.Words} of {text.Context} words, {text.Vocabulary:N0} tokens, {text.Layers} blocks of {text.Width}"),
            ("activation", $"{config.Clip.Activation}"),
            ("segments", $"{config.Frames} frames"),
            ("parameters", $"{card.Weights.Parameters:N0} ({card.Weights.Bytes / 1e6:F1} MB, SHA-256 checked)"),
            ("frames in", Text(loaded.FramePrecision)),
            ("texts in", Text(loaded.TextPrecision)),
            ("confidence", card.Calibration is { } known
                ? $"shown from {100 * known.Threshold:F0} %; fitted to {known.Answers:N0} answers ({known.Data})"
                : $"not calibrated: tcmgc calibrate --model {folder.Path} --dataset DATASET"),
            ("made by", $"{card.Provenance.Command} ({card.Provenance.Created:yyyy-MM-dd})"),
            ("made from", card.Provenance.Source ?? "nothing but its seed"),
        })
            Console.WriteLine($"{name,-12}{value}");
    }

    private static string Text(PrecisionChoice choice) => $"{choice.Precision.ToString().ToLowerInvariant()}: {choice.Reason}";
}
