using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc collections</c>: lists the collections with what they hold.</summary>
internal static class CollectionsCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var json = NewOption.Json();
        var command = new Command("collections", "List the collections that have videos, and what they hold.") { data, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
            Output.Write(await folder.Catalog.TotalsAsync(cancel), parsed.GetValue(json), Print);
        });
        return command;
    }

    private static void Print(IReadOnlyList<CollectionTotals> collections)
    {
        var table = new Table().Border(TableBorder.None).AddColumn("collection");
        foreach (var number in new[] { "videos", "bytes", "waiting", "segments" })
            table.AddColumn(number, column => column.RightAligned());
        foreach (var (collection, videos, bytes, waiting, segments) in collections)
            table.AddRow([collection.Name, .. new[] { videos, bytes, waiting, segments }
                .Select(number => number.ToString("N0", CultureInfo.InvariantCulture))]);
        AnsiConsole.Write(table);
    }
}
