using System.CommandLine;
using TcMgc.Model;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Model.Text;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model init</c>: a model with random weights, the same for the same seed.</summary>
internal static class ModelInitCommand
{
    private static readonly Option<string> s_architecture = ArchitectureOption.Create("ViT-B/32", "Sizes of the CLIP");
    private static readonly Option<string> s_head = NewOption.WithDefault(
        "--head", "tcmgc", $"Similarity head: {string.Join(", ", SimilarityHead.All.Keys)}.", "NAME");
    private static readonly Option<bool> s_random =
        NewOption.Flag("--random", "Random weights; must be given, since there is nothing else to start from here.");
    private static readonly Option<int> s_seed = NewOption.WithDefault("--seed", 1, "Seed of the weights.");
    private static readonly Option<string> s_out = NewOption.Required("--out", "DIR", "Folder to make.");
    private static readonly Option<string?> s_name = ModelCommand.Name();
    private static readonly Option<string?> s_tokenizer = NewOption.Optional<string?>(
        "--tokenizer", "Folder with vocab.json and merges.txt, or tokenizer.json; without it texts are tokenized by bytes.",
        "DIR");
    private static readonly Option<bool> s_json = NewOption.Json("Print the model as JSON.");

    public static Command Create()
    {
        var command = new Command("init", "Make a model with random weights, for tests and benchmarks, or to train.")
        {
            s_architecture, s_head, s_random, s_seed, s_out, s_name, s_tokenizer, ModelSizeOptions.Words,
            ModelSizeOptions.Frames, ModelSizeOptions.KeepRate, ModelSizeOptions.TemporalLayers, s_json,
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
            var folder = ModelFolder.Write(
                path, parsed.GetValue(s_name) ?? new DirectoryInfo(path).Name, config,
                RandomWeights.Of(config, parsed.GetValue(s_seed)),
                directory => WriteTokenizer(parsed.GetValue(s_tokenizer), directory),
                new(CommandLine.Text(parsed), TimeProvider.System.GetUtcNow()));
            Output.Write(folder.Card, parsed.GetValue(s_json), card => ModelCommand.Print(card, folder.Path));
        });
        return command;
    }

    private static ModelConfig Config(ParseResult parsed)
    {
        var clip = ArchitectureOption.Find(parsed.GetValue(s_architecture)!);
        var tokenizer = parsed.GetValue(s_tokenizer);
        var vocabulary = tokenizer is null ? Tokenizer.ByteVocabularySize : Tokenizer.Load(tokenizer).VocabularySize;
        var config = new ModelConfig
        {
            Clip = clip with { Text = clip.Text with { Vocabulary = vocabulary } },
            Head = parsed.GetValue(s_head)!,
        };
        return ModelSizeOptions.Apply(config, parsed);
    }

    private static void WriteTokenizer(string? source, string directory)
    {
        if (source is null)
            Tokenizer.WriteByteVocabulary(directory);
        else
            Tokenizer.CopyFiles(source, directory);
    }
}
