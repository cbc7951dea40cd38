using System.CommandLine;
using TcMgc.Model;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model list</c>: the models in a folder, and what is wrong with those that cannot be used.</summary>
internal static class ModelListCommand
{
    private sealed record Row(
        string Path, string? Name, string? Head, int? Words, int? Frames, int? Width, long? Parameters, string? Problem);

    public static Command Create()
    {
        var models = ModelCommand.Models();
        var json = NewOption.Json();
        var command = new Command("list", "List the models in a folder.") { models, json };
        command.SetAction(parsed =>
        {
            var rows = Rows(parsed.GetValue(models)!);
            Output.Write(rows, parsed.GetValue(json), printed => Print(printed, parsed.GetValue(models)!));
        });
        return command;
    }

    private static List<Row> Rows(string models) => Directory.Exists(models)
        ? [.. Directory.EnumerateDirectories(models).Where(ModelFolder.IsModel).Order(StringComparer.Ordinal).Select(Read)]
        : [];

    private static Row Read(string path)
    {
        try
        {
            var card = ModelFolder.Open(path).Card;
            return new(path, card.Name, card.Config.Head, card.Config.Words, card.Config.Frames, card.Config.Clip.EmbeddingWidth,
                card.Weights.Parameters, null);
        }
        catch (ModelException error)
        {
            return new(path, null, null, null, null, null, null, error.Message);
        }
    }

    // Columns as wide as their longest cell, nothing cut: names and folders are copied from here, also through a pipe.
    private static void Print(List<Row> rows, string models)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine(
                $"no models in {models}; make one with 'tcmgc model init', 'tcmgc model import' or 'tcmgc model pull'");
            return;
        }
        string[][] cells =
        [
            ["model", "head", "words", "frames", "width", "parameters", "folder"],
            .. rows.Select(row => new[]
            {
                row.Name ?? "?", row.Head ?? "", $"{row.Words}", $"{row.Frames}", $"{row.Width}", $"{row.Parameters:N0}",
                row.Problem ?? row.Path,
            }),
        ];
        int[] widths = [.. cells[0].Select((_, column) => cells.Max(line => line[column].Length))];
        foreach (var line in cells)
            Console.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
