using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Training;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc train</c>: a model from captioned videos.</summary>
internal static class TrainCommand
{
    private static readonly TrainingOptions s_default = new();

    private static readonly Option<string> s_dataset = new("--dataset")
    {
        Description = "Folder with captions.jsonl, or FORMAT=DIR (docs/datasets.md).",
        HelpName = "DATASET",
        Required = true,
    };
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "Folder of the run; a run that was interrupted goes on.",
        HelpName = "DIR",
        Required = true,
    };
    private static readonly Option<string?> s_head = new("--head")
    {
        Description = $"Similarity head: {string.Join(", ", SimilarityHead.All.Keys)}. By default that of --init, or tcmgc.",
        HelpName = "NAME",
    };
    private static readonly Option<string?> s_init = new("--init")
    {
        Description = "Folder or name of the model to start from; what the head needs beside it starts random.",
        HelpName = "MODEL",
    };
    private static readonly Option<string> s_architecture = new("--arch")
    {
        Description = $"Sizes of the encoders without --init: {string.Join(", ", ClipArchitecture.Named.Keys)}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "ViT-T/16",
    };
    private static readonly Option<string?> s_tokenizer = new("--tokenizer")
    {
        Description = "Folder of a tokenizer, without --init; by default one is learnt from the training captions.",
        HelpName = "DIR",
    };
    private static readonly Option<int> s_vocabulary = new Option<int>("--vocabulary")
    {
        Description = "Tokens of a learnt tokenizer.",
        DefaultValueFactory = _ => 2048,
    }.Between(514, 1 << 20);
    private static readonly Option<string?> s_vocabularyFrom = new("--vocabulary-from")
    {
        Description = "Dataset from whose training captions it is learnt; by default the one trained on.",
        HelpName = "DATASET",
    };
    private static readonly Option<Freeze> s_freeze = new("--freeze")
    {
        Description = "What keeps its weights: none, frames (the frame encoder) or encoders (frames and text); needs --init.",
        HelpName = "none|frames|encoders",
    };
    private static readonly Option<int> s_epochs = new Option<int>("--epochs")
    {
        Description = "Times every pair is seen.",
        DefaultValueFactory = _ => s_default.Epochs,
    }.Between(1, 100_000);
    private static readonly Option<int> s_batch = new Option<int>("--batch")
    {
        Description = "Videos contrasted with each other.",
        DefaultValueFactory = _ => s_default.Batch,
    }.Between(2, 4096);
    private static readonly Option<int> s_captions = new Option<int>("--captions-per-video")
    {
        Description = "Captions of each video of a batch; the video is encoded once for all.",
        DefaultValueFactory = _ => s_default.CaptionsPerVideo,
    }.Between(1, 1000);
    private static readonly Option<int> s_accumulate = new Option<int>("--accumulate")
    {
        Description = "Batches averaged into one step.",
        DefaultValueFactory = _ => s_default.Accumulate,
    }.Between(1, 4096);
    private static readonly Option<double> s_rate = new Option<double>("--lr")
    {
        Description = "Peak learning rate of temporal encoder and head.",
        DefaultValueFactory = _ => s_default.LearningRate,
    }.Between(0, 1);
    private static readonly Option<double> s_clipRate = new Option<double>("--clip-lr")
    {
        Description = "Peak learning rate of CLIP.",
        DefaultValueFactory = _ => s_default.ClipLearningRate,
    }.Between(0, 1);
    private static readonly Option<double> s_warmup = new Option<double>("--warmup")
    {
        Description = "Part of the steps in which the rate rises.",
        DefaultValueFactory = _ => s_default.Warmup,
    }.Between(0, 1);
    private static readonly Option<double> s_decay = new Option<double>("--weight-decay")
    {
        Description = "Weight decay, of all but biases and norms.",
        DefaultValueFactory = _ => s_default.WeightDecay,
    }.Between(0, 10);
    private static readonly Option<double> s_norm = new Option<double>("--clip-norm")
    {
        Description = "Largest norm of the gradients; 0 for none.",
        DefaultValueFactory = _ => s_default.GradientNorm,
    }.Between(0, 1e9);
    private static readonly Option<double> s_sdr = new Option<double>("--sdr-weight")
    {
        Description = "Weight of similarity decorrelation.",
        DefaultValueFactory = _ => s_default.SdrWeight,
    }.Between(0, 1e3);
    private static readonly Option<double> s_dropout = new Option<double>("--dropout")
    {
        Description = "Dropout of the language–video attention.",
        DefaultValueFactory = _ => s_default.Dropout,
    }.Between(0, 0.99);
    private static readonly Option<bool> s_randomFrames = new("--random-frames")
    {
        Description = "Draw frames at random from equal stretches instead of evenly.",
    };
    private static readonly Option<int> s_shift = new Option<int>("--random-shift")
    {
        Description = "Pixels by which pictures are moved at random.",
    }.Between(0, 63);
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "Seed of weights, order, frames and dropout.",
        DefaultValueFactory = _ => s_default.Seed,
    };
    private static readonly Option<int?> s_words = new("--words") { Description = "W: words of a text." };
    private static readonly Option<int?> s_frames = new("--frames") { Description = "N: frames of a segment." };
    private static readonly Option<double?> s_keepRate = new("--keep-rate")
    {
        Description = "TC-MGC: part of the similarities that is kept.",
    };
    private static readonly Option<double?> s_lambda = new("--lambda")
    {
        Description = "λ of TC-MGC's interactive aggregation, 1/τ of X-CLIP's attention.",
    };
    private static readonly Option<int?> s_temporalLayers = new("--temporal-layers")
    {
        Description = "Blocks of the temporal transformer.",
    };
    private static readonly Option<string?> s_cache = new("--cache")
    {
        Description = "Folder for decoded frames and frozen features; by default 'cache' in the dataset's folder.",
        HelpName = "DIR",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print the finished model's card as JSON." };

    public static Command Create()
    {
        var command = new Command("train", "Train a model on captioned videos.")
        {
            s_dataset, s_out, s_head, s_init, s_architecture, s_tokenizer, s_vocabulary, s_vocabularyFrom, s_freeze, s_epochs,
            s_batch, s_captions, s_accumulate, s_rate, s_clipRate,
            s_warmup, s_decay, s_norm, s_sdr, s_dropout, s_randomFrames, s_shift, s_seed, s_words, s_frames, s_keepRate, s_lambda,
            s_temporalLayers, s_cache,
            ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_freeze) != Freeze.None && result.GetValue(s_init) is null)
                result.AddError("--freeze needs --init: random encoders are not worth keeping.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var dataset = DatasetReader.Open(parsed.GetValue(s_dataset)!);
            var init = parsed.GetValue(s_init) is { } model ? ModelFolder.Find(model, ModelChoice.Models) : null;
            var run = new TrainingSession(
                dataset, parsed.GetValue(s_out)!, parsed.GetValue(s_cache) ?? Path.Combine(dataset.Root, "cache"),
                ComputeChoice.Of(parsed), new Progress(TimeProvider.System), TimeProvider.System);
            var start = init is null
                ? run.Untrained(Architecture(parsed), parsed.GetValue(s_tokenizer), parsed.GetValue(s_vocabulary),
                    parsed.GetValue(s_vocabularyFrom) is { } other ? DatasetReader.Open(other) : dataset)
                : TrainingSession.From(init);
            var card = await run.TrainAsync(start with { Config = Adjust(start.Config, parsed) }, Options(parsed),
                $"tcmgc {string.Join(' ', parsed.Tokens.Select(token => token.Value))}", cancel);
            if (parsed.GetValue(s_json))
                Output.Json(card.Card);
            else
                Console.WriteLine(
                    $"{card.Path}: {card.Card.Config.Head}, {card.Card.Weights.Parameters:N0} parameters, "
                        + $"{card.Card.Provenance.Training!.Minutes} minutes, "
                            + $"{Validated(card.Card.Provenance.Training.ValidationRecallAt1)}");
        });
        return command;
    }

    private static string Validated(double? recall) => recall is { } percent ? $"validation R@1 {percent:F1} %" : "not validated";

    private static ClipArchitecture Architecture(ParseResult parsed)
    {
        var name = parsed.GetValue(s_architecture)!;
        return ClipArchitecture.Named.TryGetValue(name, out var clip)
            ? clip
            : throw new ModelException(
                $"there is no architecture '{name}'; there are {string.Join(", ", ClipArchitecture.Named.Keys)}");
    }

    private static ModelConfig Adjust(ModelConfig config, ParseResult parsed) => config with
    {
        Head = parsed.GetValue(s_head) ?? config.Head,
        Words = parsed.GetValue(s_words) ?? config.Words,
        Frames = parsed.GetValue(s_frames) ?? config.Frames,
        KeepRate = parsed.GetValue(s_keepRate) ?? config.KeepRate,
        Temperature = parsed.GetValue(s_lambda) is { } lambda ? 1 / lambda : config.Temperature,
        TemporalLayers = parsed.GetValue(s_temporalLayers) ?? config.TemporalLayers,
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
}
