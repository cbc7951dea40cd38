using System.CommandLine;
using TcMgc.Model;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Training;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc train</c>: a model from captioned videos.</summary>
internal static class TrainCommand
{
    private static readonly TrainingOptions s_default = new();

    private static readonly Option<string> s_dataset = DatasetOption.Create();
    private static readonly Option<string> s_out =
        NewOption.Required("--out", "DIR", "Folder of the run; an interrupted run is continued.");
    private static readonly Option<string?> s_head = NewOption.Optional<string?>(
        "--head", $"Similarity head: {string.Join(", ", SimilarityHead.All.Keys)}. By default that of --init, or tcmgc.", "NAME");
    private static readonly Option<string?> s_init = NewOption.Optional<string?>(
        "--init", "Folder or name of the model to start from; parameters that the head lacks there start random.", "MODEL");
    private static readonly Option<string> s_architecture =
        ArchitectureOption.Create("ViT-T/16", "Sizes of the encoders without --init");
    private static readonly Option<string?> s_tokenizer = NewOption.Optional<string?>(
        "--tokenizer", "Folder of a tokenizer, without --init; by default one is learnt from the training captions.", "DIR");
    private static readonly Option<int> s_vocabulary =
        NewOption.Number("--vocabulary", 2048, 514, 1 << 20, "Tokens of a learnt tokenizer.");
    private static readonly Option<string?> s_vocabularyFrom = NewOption.Optional<string?>(
        "--vocabulary-from", "Dataset from whose training captions it is learnt; by default the one trained on.", "DATASET");
    private static readonly Option<Freeze> s_freeze = NewOption.Choice<Freeze>(
        "--freeze", "What keeps its weights: frames is the frame encoder, encoders frames and text; needs --init.");
    private static readonly Option<int> s_epochs =
        NewOption.Number("--epochs", s_default.Epochs, 1, 100_000, "Passes over all pairs.");
    private static readonly Option<int> s_batch =
        NewOption.Number("--batch", s_default.Batch, 2, 4096, "Videos contrasted with each other.");
    private static readonly Option<int> s_captions = NewOption.Number(
        "--captions-per-video", s_default.CaptionsPerVideo, 1, 1000,
        "Captions of each video of a batch; the video is encoded once for all.");
    private static readonly Option<int> s_accumulate =
        NewOption.Number("--accumulate", s_default.Accumulate, 1, 4096, "Batches averaged into one step.");
    private static readonly Option<double> s_rate = NewOption.Number(
        "--lr", s_default.LearningRate, 0, 1, "Peak learning rate of temporal encoder and head.");
    private static readonly Option<double> s_clipRate =
        NewOption.Number("--clip-lr", s_default.ClipLearningRate, 0, 1, "Peak learning rate of CLIP.");
    private static readonly Option<double> s_warmup =
        NewOption.Number("--warmup", s_default.Warmup, 0, 1, "Part of the steps in which the rate rises.");
    private static readonly Option<double> s_decay =
        NewOption.Number("--weight-decay", s_default.WeightDecay, 0, 10, "Weight decay, of all but biases and norms.");
    private static readonly Option<double> s_norm =
        NewOption.Number("--clip-norm", s_default.GradientNorm, 0, 1e9, "Largest norm of the gradients; 0 for none.");
    private static readonly Option<double> s_sdr =
        NewOption.Number("--sdr-weight", s_default.SdrWeight, 0, 1e3, "Weight of similarity decorrelation.");
    private static readonly Option<double> s_dropout =
        NewOption.Number("--dropout", s_default.Dropout, 0, 0.99, "Dropout of the language–video attention.");
    private static readonly Option<bool> s_randomFrames =
        NewOption.Flag("--random-frames", "Draw frames at random from equal stretches instead of evenly.");
    private static readonly Option<int> s_shift =
        NewOption.Number("--random-shift", 0, 0, 63, "Pixels by which pictures are moved at random.");
    private static readonly Option<int> s_seed =
        NewOption.WithDefault("--seed", s_default.Seed, "Seed of weights, order, frames and dropout.");
    private static readonly Option<double?> s_lambda = NewOption.Optional<double?>(
        "--lambda", "λ of TC-MGC's interactive aggregation, 1/τ of X-CLIP's attention.");
    private static readonly Option<string?> s_cache = DatasetOption.CreateCache("decoded frames and frozen features");
    private static readonly Option<bool> s_json = NewOption.Json("Print the finished model's card as JSON.");

    public static Command Create()
    {
        var command = new Command("train", "Train a model on captioned videos.")
        {
            s_dataset, s_out, s_head, s_init, s_architecture, s_tokenizer, s_vocabulary, s_vocabularyFrom, s_freeze, s_epochs,
            s_batch, s_captions, s_accumulate, s_rate, s_clipRate, s_warmup, s_decay, s_norm, s_sdr, s_dropout, s_randomFrames,
            s_shift, s_seed, ModelSizeOptions.Words, ModelSizeOptions.Frames, ModelSizeOptions.KeepRate, s_lambda,
            ModelSizeOptions.TemporalLayers, s_cache, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_freeze) != Freeze.None && result.GetValue(s_init) is null)
                result.AddError("--freeze needs --init: random encoders are not worth keeping.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = DatasetReader.Open(parsed.GetValue(s_dataset)!);
            var init = parsed.GetValue(s_init) is { } model ? ModelOption.Find(model) : null;
            var session = new TrainingSession(
                dataset, parsed.GetValue(s_out)!, DatasetOption.CacheFolder(parsed.GetValue(s_cache), dataset),
                ComputeChoice.Of(parsed), new Progress(TimeProvider.System), TimeProvider.System);
            var start = init is null ? Untrained(session, dataset, parsed) : TrainingSession.From(init);
            var trained = await session.TrainAsync(
                start with { Config = Adjust(start.Config, parsed) }, Options(parsed), CommandLine.Text(parsed), cancel);
            Output.Write(trained.Card, parsed.GetValue(s_json), card => Print(card, trained.Path));
        });
        return command;
    }

    private static TrainingStart Untrained(TrainingSession session, Dataset dataset, ParseResult parsed)
    {
        var architecture = ArchitectureOption.Find(parsed.GetValue(s_architecture)!);
        var words = parsed.GetValue(s_vocabularyFrom) is { } other ? DatasetReader.Open(other) : dataset;
        return session.Untrained(architecture, parsed.GetValue(s_tokenizer), parsed.GetValue(s_vocabulary), words);
    }

    private static ModelConfig Adjust(ModelConfig config, ParseResult parsed) => ModelSizeOptions.Apply(config, parsed) with
    {
        Head = parsed.GetValue(s_head) ?? config.Head,
        Temperature = parsed.GetValue(s_lambda) is { } lambda ? 1 / lambda : config.Temperature,
    };

    private static TrainingOptions Options(ParseResult parsed) => new()
    {
        Epochs = parsed.GetValue(s_epochs),
        Batch = parsed.GetValue(s_batch),
        CaptionsPerVideo = parsed.GetValue(s_captions),
        Accumulate = parsed.GetValue(s_accumulate),
        LearningRate = parsed.GetValue(s_rate),
        ClipLearningRate = parsed.GetValue(s_clipRate),
        Warmup = parsed.GetValue(s_warmup),
        WeightDecay = parsed.GetValue(s_decay),
        GradientNorm = parsed.GetValue(s_norm),
        SdrWeight = parsed.GetValue(s_sdr),
        Dropout = parsed.GetValue(s_dropout),
        Freeze = parsed.GetValue(s_freeze),
        RandomFrames = parsed.GetValue(s_randomFrames),
        RandomShift = parsed.GetValue(s_shift),
        Seed = parsed.GetValue(s_seed),
    };

    private static void Print(ModelCard card, string path)
    {
        var training = card.Provenance.Training!;
        var validated = training.ValidationRecallAt1 is { } percent ? $"validation R@1 {percent:F1} %" : "not validated";
        Console.WriteLine(
            $"{FilePaths.Name(path)}: {card.Config.Head}, {card.Weights.Parameters:N0} parameters, {training.Minutes} minutes, "
            + validated);
    }
}
