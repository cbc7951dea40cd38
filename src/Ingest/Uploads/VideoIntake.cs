using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Ingest.Uploads;

/// <summary>
/// Takes videos in: content goes to the blob store under its upload and hash, then the log says so. Each upload has a copy of its
/// own, so that the removal of an earlier one, still under way, takes nothing of it.
/// </summary>
/// <param name="log">Takes the uploads.</param>
/// <param name="blobs">Takes the content.</param>
/// <param name="catalog">Says which content is there already.</param>
/// <param name="time">Dates events.</param>
public sealed class VideoIntake(IEventLog log, IBlobStore blobs, ICatalog catalog, TimeProvider time)
{
    private const int LongestName = 255;

    /// <summary>Stores a video as it streams in.</summary>
    /// <param name="name">File name as the user knows it.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="cancel">Gives up; nothing is left.</param>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask<TakenVideo> TakeAsync(string? name, Stream content, CancellationToken cancel)
    {
        var blob = await blobs.WriteContentAsync($"{VideoBlobs.Originals}/{Guid.CreateVersion7()}", content, cancel);
        var taken = await TakeAsync(blob.VideoId, name, blob.Sha256, blob.Bytes, blob.Name, cancel);
        if (!taken.IsNew)
            await blobs.DeleteAsync(blob.Name, CancellationToken.None);
        return taken;
    }

    /// <summary>Takes in a video whose content lies where it can be read, unless it is known and did not fail.</summary>
    /// <param name="video">The video.</param>
    /// <param name="name">File name as the user knows it.</param>
    /// <param name="sha256">Its content's hash.</param>
    /// <param name="bytes">Its content's size.</param>
    /// <param name="source">Where the content lies: see <see cref="VideoUploaded.Source"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask<TakenVideo> TakeAsync(VideoId video, string? name, string sha256, long bytes, string source, CancellationToken cancel)
    {
        var known = await catalog.GetAsync(video, cancel);
        if (known is { State: not (VideoState.Deleted or VideoState.Failed) })
            return new(video, known.Name, known.Bytes, IsNew: false);
        var upload = new VideoUploaded
        {
            VideoId = video,
            Time = time.GetUtcNow(),
            FileName = Named(name),
            Sha256 = sha256,
            Bytes = bytes,
            Source = source,
        };
        await log.AppendAsync(upload, cancel);
        await catalog.ApplyAsync(upload, CancellationToken.None); // Whoever uploaded it sees it at once.
        if (known is not null && known.Source != source && FileSource.PathIn(known.Source) is null)
            await blobs.DeleteAsync(known.Source, CancellationToken.None); // Nobody will ask for the former copy.
        IngestTelemetry.Bytes.Add(bytes);
        return new(video, upload.FileName, bytes, IsNew: true);
    }

    /// <summary>The last part of what a client calls the file, without what no name has.</summary>
    private static string Named(string? given)
    {
        var last = given?.Split('/', '\\')[^1] ?? "";
        var legible = new string([.. last.Where(letter => !char.IsControl(letter)).Take(LongestName)]).Trim();
        return legible.Length > 0 ? legible : "video";
    }
}

/// <summary>A video that was taken in, or was there.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name under which it is known.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="IsNew">False where the same content was there already.</param>
public sealed record TakenVideo(VideoId Id, string Name, long Bytes, bool IsNew);
