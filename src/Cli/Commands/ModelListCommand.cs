using System.CommandLine;
using TcMgc.Model;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model list</c>: the models there are, and what is wrong with those that cannot be used.</summary>
internal static class ModelListCommand
{
    private sealed record Row(
        string Path, string? Name, string? Head, int? Words, int? Frames, int? Width, long? Parameters, string? Problem);

    public static Command Create()
    {
        var models = ModelCommand.Models();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the models there are.") { models, json };
        command.SetAction(parsed =>
        {
            var rows = Rows(parsed.GetValue(models)!);
            if (parsed.GetValue(json))
                Output.Json(rows);
            else if (rows.Count == 0)
                Console.WriteLine(
                    $"no models in {parsed.GetValue(models)}; make one with 'tcmgc model init', 'tcmgc model import' or 'tcmgc "
                        + "model pull'");
            else
                Print(rows);
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

    // Plain columns as wide as they need be: names and folders are to be copied, also from a pipe.
    private static void Print(IEnumerable<Row> rows)
    {
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
