using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TcMgc.Model.Text;
using TcMgc.Shared;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc tokenize</c>: the ids that a text, or each line of a file, has in a vocabulary.</summary>
internal static class TokenizeCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private sealed record Tokens(string Text, IReadOnlyList<int> Ids);

    public static Command Create()
    {
        var text = new Argument<string?>("TEXT") { Description = "The text.", Arity = ArgumentArity.ZeroOrOne };
        var vocabulary =
            NewOption.Required("--vocab", "DIR", "Folder with vocab.json and merges.txt, or tokenizer.json.");
        var file = NewOption.Optional<string?>(
            "--file", "Read one text a line from this file, or from standard input with '-'.", "FILE");
        var json = NewOption.Json("Print JSON: {\"text\":…,\"ids\":[…]}, one line for each text.");
        var command = new Command("tokenize", "Print the token ids of a text.") { text, vocabulary, file, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) is null == result.GetValue(file) is null)
                result.AddError("Give either a text or --file.");
        });
        command.SetAction(parsed => Print(
            Tokenizer.Load(parsed.GetValue(vocabulary)!),
            parsed.GetValue(file) is { } path ? Lines(path) : [parsed.GetValue(text)!],
            parsed.GetValue(json)));
        return command;
    }

    private static void Print(Tokenizer tokenizer, IEnumerable<string> texts, bool json)
    {
        foreach (var text in texts)
        {
            var ids = tokenizer.Encode(text);
            Console.Out.WriteLine(json ? JsonSerializer.Serialize(new Tokens(text, ids), s_json) : string.Join(' ', ids));
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = Open(path);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path), Encoding.UTF8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {error.Message}");
        }
    }
}
