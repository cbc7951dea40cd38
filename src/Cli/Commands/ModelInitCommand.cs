using System.CommandLine;
using TcMgc.Model;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Model.Text;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model init</c>: a model with random weights, the same for the same seed.</summary>
internal static class ModelInitCommand
{
    private static readonly Option<string> s_architecture = new("--arch")
    {
        Description = $"Sizes of the CLIP: {string.Join(", ", ClipArchitecture.Named.Keys)}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "ViT-B/32",
    };

    private static readonly Option<string> s_head = new("--head")
    {
        Description = $"Similarity head: {string.Join(", ", SimilarityHead.All.Keys)}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "tcmgc",
    };

    private static readonly Option<bool> s_random = new("--random")
    {
        Description = "Random weights; must be given, since there is nothing else to start from here.",
    };
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "Seed of the weights.",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<string> s_out = new("--out")
    {
        Description = "Folder to make.",
        HelpName = "DIR",
        Required = true,
    };
    private static readonly Option<string?> s_name = new("--name")
    {
        Description = "What to call it; by default the folder's name.",
    };
    private static readonly Option<string?> s_tokenizer = new("--tokenizer")
    {
        Description = "Folder with vocab.json and merges.txt, or tokenizer.json; without it texts are tokenized by bytes.",
        HelpName = "DIR",
    };

    private static readonly Option<int?> s_words = new("--words") { Description = "W: words of a text." };
    private static readonly Option<int?> s_frames = new("--frames") { Description = "N: frames of a segment." };
    private static readonly Option<double?> s_keepRate = new("--keep-rate")
    {
        Description = "TC-MGC: part of the similarities that is kept.",
    };
    private static readonly Option<int?> s_temporalLayers = new("--temporal-layers")
    {
        Description = "Blocks of the temporal transformer.",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print the model as JSON." };

    public static Command Create()
    {
        var command = new Command("init", "Make a model with random weights, for tests and benchmarks, or to train.")
        {
            s_architecture, s_head, s_random, s_seed, s_out, s_name, s_tokenizer, s_words, s_frames, s_keepRate, s_temporalLayers,
            s_json,
        };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(s_random))
                result.AddError(
                    "Give --random: a model without a checkpoint starts from random weights ('model import' and 'model pull' "
                        + "start from trained ones).");
        });
        command.SetAction(parsed =>
        {
            var config = Config(parsed);
            var path = parsed.GetValue(s_out)!;
            var folder = ModelFolder.Write(path, parsed.GetValue(s_name) ?? new DirectoryInfo(path).Name, config,
                RandomWeights.Of(config, parsed.GetValue(s_seed)),
                directory => WriteTokenizer(parsed.GetValue(s_tokenizer), directory),
                new($"tcmgc {string.Join(' ', parsed.Tokens.Select(t => t.Value))}", TimeProvider.System.GetUtcNow()));
            if (parsed.GetValue(s_json))
                Output.Json(folder.Card);
            else
                Console.WriteLine(
                    $"{folder.Path}: {config.Head}, {folder.Card.Weights.Parameters:N0} parameters, "
                        + $"{folder.Card.Weights.Bytes / 1e6:F1} MB");
        });
        return command;
    }

    private static ModelConfig Config(ParseResult parsed)
    {
        var name = parsed.GetValue(s_architecture)!;
        if (!ClipArchitecture.Named.TryGetValue(name, out var clip))
            throw new ModelException(
                $"there is no architecture '{name}'; there are {string.Join(", ", ClipArchitecture.Named.Keys)}");
        var tokenizer = parsed.GetValue(s_tokenizer);
        var vocabulary = tokenizer is null ? Tokenizer.ByteVocabularySize : Tokenizer.Load(tokenizer).VocabularySize;
        var config = new ModelConfig
        {
            Clip = clip with { Text = clip.Text with { Vocabulary = vocabulary } },
            Head = parsed.GetValue(s_head)!
        };
        config = config with
        {
            Words = parsed.GetValue(s_words) ?? config.Words,
            Frames = parsed.GetValue(s_frames) ?? config.Frames,
            KeepRate = parsed.GetValue(s_keepRate) ?? config.KeepRate,
            TemporalLayers = parsed.GetValue(s_temporalLayers) ?? config.TemporalLayers,
        };
        return config;
    }

    private static void WriteTokenizer(string? source, string directory)
    {
        if (source is null)
            Tokenizer.WriteByteVocabulary(directory);
        else
            Tokenizer.CopyFiles(source, directory);
    }
}
