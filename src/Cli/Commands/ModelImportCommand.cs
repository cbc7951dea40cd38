using System.CommandLine;
using System.Security.Cryptography;
using TcMgc.Model;
using TcMgc.Model.Checkpoints;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Shared;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model import</c>: a published checkpoint to a model folder.</summary>
internal static class ModelImportCommand
{
    private const int Seed = 1;

    private static readonly Argument<string> s_source = new("CHECKPOINT")
    {
        Description = "A safetensors file, a state dict or TorchScript archive, or a folder of OpenCLIP or Hugging Face.",
    };
    private static readonly Option<string> s_out = NewOption.Required("--out", "DIR", "Folder to make.");
    private static readonly Option<string?> s_name = ModelCommand.Name();
    private static readonly Option<string?> s_tokenizer = NewOption.Optional<string?>(
        "--tokenizer", "Folder with vocab.json and merges.txt, or tokenizer.json; by default the checkpoint's own.",
        "DIR");
    private static readonly Option<string?> s_head = NewOption.Optional<string?>(
        "--head", $"Similarity head, by default that of the checkpoint: {string.Join(", ", SimilarityHead.All.Keys)}.", "NAME");
    private static readonly Option<Activation?> s_activation = NewOption.OneOf<Activation, Activation?>(
        "--activation", "Activation of CLIP's blocks, where no file beside the checkpoint states it.");
    private static readonly Option<int?> s_words =
        NewOption.Optional<int?>("--words", "W: words of a text, where the checkpoint does not fix it.");
    private static readonly Option<int?> s_frames =
        NewOption.Optional<int?>("--frames", "N: frames of a segment, where the checkpoint does not fix it.");
    private static readonly Option<int?> s_attentionHeads =
        NewOption.Optional<int?>("--attention-heads", "TC-MGC: heads of its language–video attention (1).");
    private static readonly Option<int?> s_temporalLayers =
        NewOption.Optional<int?>("--temporal-layers", "Blocks of a new temporal transformer (4).");
    private static readonly Option<bool> s_partial = NewOption.Flag(
        "--partial", "Where parameters of the head are missing, start them as training does: to train from a plain CLIP.");
    private static readonly Option<bool> s_json =
        NewOption.Json("Print the model, and what was missing or left over, as JSON.");

    private sealed record Result(
        string Folder, ModelCard? Model, IReadOnlyList<string> Missing, IReadOnlyList<string> LeftOver,
        IReadOnlyList<WrongShape> WrongShapes);

    public static Command Create()
    {
        var command = new Command("import", "Make a model of a published checkpoint.")
        {
            s_source, s_out, s_name, s_tokenizer, s_head, s_activation, s_words, s_frames,
            ModelSizeOptions.KeepRate, s_attentionHeads, s_temporalLayers, s_partial, s_json,
        };
        command.SetAction(parsed => Import(parsed.GetValue(s_source)!, new()
        {
            Out = parsed.GetValue(s_out)!,
            Name = parsed.GetValue(s_name),
            Tokenizer = parsed.GetValue(s_tokenizer),
            Partial = parsed.GetValue(s_partial),
            Json = parsed.GetValue(s_json),
            Command = CommandLine.Text(parsed),
            Options = new()
            {
                Head = parsed.GetValue(s_head),
                Activation = parsed.GetValue(s_activation),
                Words = parsed.GetValue(s_words),
                Frames = parsed.GetValue(s_frames),
                KeepRate = parsed.GetValue(ModelSizeOptions.KeepRate),
                AttentionHeads = parsed.GetValue(s_attentionHeads),
                TemporalLayers = parsed.GetValue(s_temporalLayers),
            },
        }));
        return command;
    }

    /// <summary>Where a checkpoint is imported to, and how.</summary>
    internal sealed record Target
    {
        public required string Out { get; init; }
        public required string Command { get; init; }
        public string? Name { get; init; }
        public string? Tokenizer { get; init; }
        public string? Origin { get; init; }
        public string? About { get; init; }
        public bool Partial { get; init; }
        public bool Json { get; init; }
        public ImportOptions Options { get; init; } = new();
    }

    internal static void Import(string source, Target target)
    {
        using var checkpoint = CheckpointReader.Open(source);
        var import = ModelImport.Plan(checkpoint, target.Options);
        if (import.Refusal(target.Partial) is { } refusal)
        {
            if (target.Json)
                Output.Json(Describe(target.Out, null, import));
            else
                List(import);
            throw new UserException($"{checkpoint.Path}: is not a complete model with head '{import.Config.Head}': {refusal}");
        }
        var (folder, tokenizer) = Write(checkpoint, import, target);
        if (target.Json)
            Output.Json(Describe(folder.Path, folder.Card, import));
        else
        {
            List(import);
            ModelCommand.Print(folder.Card, folder.Path);
        }
        if (tokenizer.IsNone)
            Console.Error.WriteLine(
                $"tcmgc: the model has no tokenizer yet: put vocab.json and merges.txt, or tokenizer.json, into "
                + $"{FilePaths.Name(folder.Path)}, or import again with --tokenizer");
    }

    /// <summary>Makes the model of a checkpoint that can become one.</summary>
    internal static (ModelFolder Folder, TokenizerSource Tokenizer) Write(
        Checkpoint checkpoint, ModelImport import, Target target)
    {
        var tokenizer = TokenizerSource.Find(target.Tokenizer, checkpoint.Path, import.Config.Clip.Text.Vocabulary);
        var folder = ModelFolder.Write(
            target.Out, target.Name ?? new DirectoryInfo(target.Out).Name, import.Config, import.Weights(Seed), tokenizer.WriteTo,
            new(target.Command, TimeProvider.System.GetUtcNow(), target.Origin ?? Path.GetFileName(checkpoint.Path),
                Sha256(checkpoint.Path)), target.About);
        return (folder, tokenizer);
    }

    private static Result Describe(string folder, ModelCard? card, ModelImport import) =>
        new(folder, card, [.. import.Missing.Select(p => p.Name)], import.LeftOver, import.WrongShapes);

    private static void List(ModelImport import)
    {
        foreach (var parameter in import.Missing)
            Console.Error.WriteLine($"missing      {parameter.Name} [{string.Join(", ", parameter.Shape)}]");
        foreach (var name in import.LeftOver)
            Console.Error.WriteLine($"left over    {name}");
        foreach (var (name, found, needed) in import.WrongShapes)
            Console.Error.WriteLine($"wrong shape  {name} [{string.Join(", ", found)}], needed [{string.Join(", ", needed)}]");
    }

    private static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
