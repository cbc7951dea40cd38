using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Maintenance;

namespace TcMgc.Ingest.Uploads;

/// <summary>
/// Accepts videos: stores the content in the blob store under its upload and hash, then appends the upload to the log. Each
/// upload has its own copy, so that a removal of an earlier one that is still under way deletes nothing of it.
/// </summary>
/// <param name="log">Receives the uploads.</param>
/// <param name="blobs">Receives the content.</param>
/// <param name="catalog">Says which content is known.</param>
/// <param name="room">Bounds what comes.</param>
/// <param name="quota">Bounds what a collection holds.</param>
/// <param name="time">Dates events.</param>
public sealed class VideoIntake(IEventLog log, IBlobStore blobs, ICatalog catalog, UploadRoom room, CollectionQuota quota,
    TimeProvider time)
{
    private const int LongestName = 255;

    /// <summary>Bounds what comes.</summary>
    public UploadRoom Room => room;

    /// <summary>Bounds what a collection holds.</summary>
    public CollectionQuota Quota => quota;

    /// <summary>Stores a video as it streams in.</summary>
    /// <param name="collection">The collection that it comes to.</param>
    /// <param name="name">File name as the user knows it.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="cancel">Gives up; nothing is left.</param>
    /// <exception cref="UserException">The video is empty, a store cannot be used, or there is no room.</exception>
    /// <exception cref="QuotaException">The collection holds as much as it may.</exception>
    public async ValueTask<AcceptedVideo> AcceptAsync(
        CollectionId collection, string? name, Stream content, CancellationToken cancel)
    {
        await quota.CheckAsync(collection, 0, cancel);
        using var place = await room.EnterAsync(cancel);
        var blob = await blobs.WriteContentAsync(VideoBlobs.NewOriginalOf(collection), room.Watch(content), cancel);
        try
        {
            var accepted = await AcceptAsync(collection, name, new(blob.Sha256, blob.Bytes), blob.Name, cancel);
            if (accepted.IsNew || await ReplacesAsync(accepted.Id, blob.Name, cancel))
                return accepted with { IsNew = true };
            await blobs.DeleteAsync(blob.Name, CancellationToken.None);
            return accepted;
        }
        catch (Exception error) when (error is QuotaException or EmptyVideoException)
        {
            await blobs.DeleteAsync(blob.Name, CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// Has a known video processed again from what was given, where its own original is missing or damaged: what came of that
    /// may be less than the video. Title, tags and transcript stay.
    /// </summary>
    private async ValueTask<bool> ReplacesAsync(VideoId video, string source, CancellationToken cancel)
    {
        if (await catalog.GetAsync(video, cancel) is not { State: not VideoState.Deleted } known
            || await new StoredContents(blobs, readsContents: true).OfOriginalAsync(known, cancel) is null)
            return false;
        await new VideoRetry(log, catalog, blobs, time).ProcessAgainAsync(known with { Source = source }, cancel);
        if (FileSource.PathIn(known.Source) is null)
            await blobs.DeleteAsync(known.Source, CancellationToken.None);
        return true;
    }

    /// <summary>
    /// Accepts a video whose content is stored already, unless its collection knows the video and it did not fail.
    /// </summary>
    /// <param name="collection">The collection that it comes to.</param>
    /// <param name="name">File name as the user knows it.</param>
    /// <param name="content">Hash and size of the content.</param>
    /// <param name="source">Where the content is: see <see cref="VideoUploaded.Source"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserException">The video is empty, or a store cannot be used.</exception>
    /// <exception cref="QuotaException">The collection holds as much as it may.</exception>
    public async ValueTask<AcceptedVideo> AcceptAsync(
        CollectionId collection, string? name, ContentHash content, string source, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Bytes == 0)
            throw new EmptyVideoException();
        var video = content.VideoIn(collection);
        var known = await catalog.GetAsync(video, cancel);
        if (known is { State: not (VideoState.Deleted or VideoState.Failed) })
            return new(known.Id, known.Name, known.Bytes, IsNew: false);
        var upload = new VideoUploaded
        {
            VideoId = video,
            Collection = collection,
            Time = time.GetUtcNow(),
            FileName = PlainName(name),
            Sha256 = content.Sha256,
            Bytes = content.Bytes,
            Source = source,
        };
        if (known is { State: VideoState.Failed }) // It counts already.
            await AppendAsync();
        else
            await quota.AddAsync(collection, content.Bytes, AppendAsync, cancel);
        if (known is not null && known.Source != source && FileSource.PathIn(known.Source) is null)
            await blobs.DeleteAsync(known.Source, CancellationToken.None); // The former copy is no longer needed.
        IngestTelemetry.Bytes.Add(content.Bytes);
        return new(upload.VideoId, upload.FileName, upload.Bytes, IsNew: true);

        async ValueTask AppendAsync()
        {
            await log.AppendAsync(upload, cancel);
            await catalog.ApplyAsync(upload, CancellationToken.None); // The uploader's next request shows it.
        }
    }

    /// <summary>The last part of a client's file name, without control characters.</summary>
    private static string PlainName(string? given)
    {
        var last = given?.Split('/', '\\')[^1] ?? "";
        var legible = new string([.. last.Where(letter => !char.IsControl(letter)).Take(LongestName)]).Trim();
        return legible.Length > 0 ? legible : "video";
    }
}

/// <summary>A video that was accepted, or was known before.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name under which it is known.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="IsNew">False where the same content was known, and stored as it was given, already.</param>
public sealed record AcceptedVideo(VideoId Id, string Name, long Bytes, bool IsNew);
