using System.CommandLine;
using Spectre.Console;
using TcMgc.Search.Library;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc videos</c>: lists the videos with their states.</summary>
internal static class VideosCommand
{
    private static readonly VideoFilterOptions s_filter = new();

    private static readonly Option<VideoState[]> s_states =
        NewOption.OneOf<VideoState, VideoState[]>("--state", "Only videos in this state; with several --state in one of them.");

    private static readonly Option<CatalogSort> s_sort = NewOption.Choice<CatalogSort>("--sort", "What they are ordered by.");

    private static readonly Option<bool> s_descending =
        NewOption.Flag("--descending", "Z to A, the newest or the longest first.");

    public static Command Create()
    {
        var collection = CollectionOption.Create("The collection whose videos are listed.");
        var data = DataOption.Create();
        var json = NewOption.Json();
        var command = new Command("videos", "List the videos, their states and why any failed.")
        {
            s_states, s_sort, s_descending, collection, data, json,
        };
        foreach (var option in s_filter.OfList)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
            await CollectionOption.RequireAsync(parsed.GetValue(collection), folder.Catalog, cancel);
            var query = new CatalogQuery
            {
                Filter = s_filter.Of(parsed).ToCatalog() with
                {
                    States = parsed.GetValue(s_states) is [_, ..] states ? states : null,
                },
                Sort = parsed.GetValue(s_sort),
                Descending = parsed.GetValue(s_descending),
            };
            var entries = await folder.Catalog.ListAsync(parsed.GetValue(collection), cancel, query);
            Output.Write(entries, parsed.GetValue(json), Print);
        });
        return command;
    }

    private static string Called(CatalogEntry entry) =>
        (entry.Title is { } title ? $"{FilePaths.OneLine(title)}: " : "")
        + (FileSource.PathIn(entry.Source) is { } path ? FilePaths.Display(path) : FilePaths.Name(entry.Name));

    private static void Print(List<CatalogEntry> entries)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("id", "state").AddColumn("added")
            .AddColumn("length", c => c.RightAligned()).AddColumn("segments", c => c.RightAligned()).AddColumns("video", "");
        foreach (var entry in entries)
            table.AddRow($"{entry.Id}", $"{entry.State}".ToLowerInvariant(), $"{entry.UploadedAt.ToLocalTime():yyyy-MM-dd HH:mm}",
                $"{entry.Duration:F1}", $"{entry.Segments}",
                Markup.Escape(Called(entry)),
                Markup.Escape(FilePaths.OneLine(entry.Reason ?? entry.Warning ?? "")));
        AnsiConsole.Write(table);
        Console.WriteLine(
            $"{entries.Count} videos, {entries.Count(entry => entry.State == VideoState.Indexed)} of them searchable");
    }
}
