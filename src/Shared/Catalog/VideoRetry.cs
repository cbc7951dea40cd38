using System.Text.Json;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Shared.Catalog;

/// <summary>
/// Has failed videos processed again: what is known of one is appended as a new upload of the same content, with title, tags and
/// transcript.
/// </summary>
/// <param name="log">Receives the upload.</param>
/// <param name="catalog">Says which videos have failed.</param>
/// <param name="blobs">Holds the transcripts.</param>
/// <param name="time">Dates events.</param>
public sealed class VideoRetry(IEventLog log, ICatalog catalog, IBlobStore blobs, TimeProvider time)
{
    /// <summary>Has a failed video processed again; one that did not fail stays as it is.</summary>
    /// <returns>The video's entry from now on; null where there is no such video.</returns>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask<CatalogEntry?> RetryAsync(VideoId video, CancellationToken cancellationToken)
    {
        var entry = await catalog.GetAsync(video, cancellationToken);
        if (entry is not { State: VideoState.Failed })
            return entry is { State: VideoState.Deleted } ? null : entry;
        await ProcessAgainAsync(entry, cancellationToken);
        return await catalog.GetAsync(video, cancellationToken);
    }

    /// <summary>Has a video processed again from its original, however far it has come.</summary>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask ProcessAgainAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        // The upload comes last: interrupted before it, nothing has changed.
        foreach (var happened in await EventsAsync(entry, cancellationToken))
        {
            await log.AppendAsync(happened, cancellationToken);
            await catalog.ApplyAsync(happened, CancellationToken.None);
        }
    }

    private async ValueTask<List<VideoEvent>> EventsAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        var upload = new VideoUploaded
        {
            VideoId = entry.Id,
            Collection = entry.Collection,
            Time = time.GetUtcNow(),
            FileName = entry.Name,
            Sha256 = entry.Sha256,
            Bytes = entry.Bytes,
            Source = entry.Source,
        };
        var events = new List<VideoEvent>();
        if (entry.Title is not null || entry.Tags is not null)
            events.Add(new VideoDescribed
            {
                VideoId = entry.Id,
                UploadId = upload.EventId,
                Time = upload.Time,
                Title = entry.Title,
                Tags = entry.Tags,
            });
        if (entry.Transcript is { } transcript && await CuesAsync(transcript, cancellationToken) is { } cues)
            events.Add(new VideoTranscribed
            {
                VideoId = entry.Id,
                UploadId = upload.EventId,
                Time = upload.Time,
                Transcript = transcript,
                Cues = cues,
            });
        return [.. events, upload];
    }

    /// <summary>The number of cues in a transcript; null where it cannot be read any more.</summary>
    private async ValueTask<int?> CuesAsync(string transcript, CancellationToken cancellationToken)
    {
        if (await blobs.OpenReadAsync(transcript, cancellationToken) is not { } blob)
            return null;
        await using (blob)
            try
            {
                return (await Transcript.DeserializeAsync(blob, cancellationToken)).Count;
            }
            catch (JsonException)
            {
                return null;
            }
    }
}
