using System.CommandLine;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc remove</c>: takes videos out of the index; the files stay.</summary>
internal static class RemoveCommand
{
    public static Command Create()
    {
        var videos = new Argument<string[]>(
            "VIDEO")
        { Description = "Ids, file names or paths of videos.", Arity = ArgumentArity.OneOrMore };
        var data = DataOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the removed videos as JSON." };
        var command = new Command("remove", "Take videos out of the index; the files themselves stay.") { videos, data, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
            using var work = folder.LockForWork();
            var entries = await folder.Catalog.ListAsync(cancel).ToListAsync(cancel);
            CatalogEntry[] removed = [
                .. parsed.GetValue(videos)!.Select(wanted => VideoNames.Find(entries, wanted)).DistinctBy(entry => entry.Id)];
            foreach (var entry in removed)
                await RemoveAsync(folder, entry, cancel);
            if (parsed.GetValue(json))
                Output.Json(removed);
            else
                Console.WriteLine(
                    string.Join('\n', removed.Select(entry => $"removed {FilePaths.OneLine(entry.Name)} ({entry.Id})")));
        });
        return command;
    }

    /// <summary>
    /// The segments first: interrupted after that, the video is still listed and can be removed, or indexed, again.
    /// </summary>
    private static async ValueTask RemoveAsync(DataFolder folder, CatalogEntry entry, CancellationToken cancel)
    {
        var deleted = new VideoDeleted { VideoId = entry.Id, UploadId = entry.UploadId, Time = TimeProvider.System.GetUtcNow() };
        await folder.Index.DeleteAsync(entry.Id, cancel);
        await folder.Events.AppendAsync(deleted, cancel);
        await folder.Catalog.ApplyAsync(deleted, cancel);
    }
}
