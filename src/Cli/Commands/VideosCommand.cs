using System.CommandLine;
using Spectre.Console;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc videos</c>: lists the videos with their states.</summary>
internal static class VideosCommand
{
    public static Command Create()
    {
        var collection = CollectionOption.Create("The collection whose videos are listed.");
        var data = DataOption.Create();
        var json = NewOption.Json();
        var command = new Command("videos", "List the videos, their states and why any failed.") { collection, data, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
            var entries = await folder.Catalog.ListAsync(parsed.GetValue(collection), cancel);
            Output.Write(entries, parsed.GetValue(json), Print);
        });
        return command;
    }

    private static void Print(List<CatalogEntry> entries)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("id", "state").AddColumn("length", c => c.RightAligned())
            .AddColumn("segments", c => c.RightAligned()).AddColumns("video", "");
        foreach (var entry in entries)
            table.AddRow($"{entry.Id}", $"{entry.State}".ToLowerInvariant(),
                $"{entry.Duration:F1}", $"{entry.Segments}",
                Markup.Escape(FileSource.PathIn(entry.Source) is { } path
                    ? FilePaths.Display(path) : FilePaths.Name(entry.Name)),
                Markup.Escape(FilePaths.OneLine(entry.Reason ?? entry.Warning ?? "")));
        AnsiConsole.Write(table);
        Console.WriteLine(
            $"{entries.Count} videos, {entries.Count(entry => entry.State == VideoState.Indexed)} of them searchable");
    }
}
