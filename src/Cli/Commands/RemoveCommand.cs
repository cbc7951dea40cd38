using System.CommandLine;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc remove</c>: removes videos from the index; the files stay.</summary>
internal static class RemoveCommand
{
    public static Command Create()
    {
        var videos = new Argument<string[]>("VIDEO")
        {
            Description = "Ids, titles, file names or paths of videos.",
            Arity = ArgumentArity.OneOrMore,
        };
        var collection = CollectionOption.Create("The collection that the videos belong to.");
        var data = DataOption.Create();
        var json = NewOption.Json("Print the removed videos as JSON.");
        var command = new Command("remove", "Remove videos from the index; the files themselves stay.")
        {
            videos, collection, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
            var retry = new VideoRetry(folder.Events, folder.Catalog, folder.Blobs, TimeProvider.System);
            var removal = new RemovalWorker(folder.Blobs, folder.Index, folder.Catalog, retry);
            var entries = await folder.Catalog.ListAsync(parsed.GetValue(collection), cancel);
            CatalogEntry[] removed =
                [.. parsed.GetValue(videos)!.Select(name => VideoNames.Find(entries, name)).DistinctBy(entry => entry.Id)];
            foreach (var entry in removed)
            {
                // The log says it first: whatever ends this command, segments are not missing from a video that is listed.
                var deleted = new VideoDeleted
                {
                    VideoId = entry.Id,
                    UploadId = entry.UploadId,
                    Time = TimeProvider.System.GetUtcNow(),
                };
                await folder.Events.AppendAsync(deleted, cancel);
                await removal.HandleAsync(deleted, CancellationToken.None);
                Audit.Of(folder.Path).Tell(AuditActions.Delete, entry.Id.Value, entry.Name);
            }
            Output.Write(removed, parsed.GetValue(json), Print);
        });
        return command;
    }

    private static void Print(CatalogEntry[] removed)
    {
        foreach (var entry in removed)
            Console.WriteLine($"removed {FilePaths.Name(entry.Name)} ({entry.Id})");
    }
}
