using TcMgc.Ingest.Files;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Ingest.Transcripts;

/// <summary>
/// Accepts transcripts: the files beside a video under its name with <c>.srt</c>, <c>.vtt</c> or <c>.json</c>, or what is given
/// for it. The cues become a blob; where they differ from the known ones an event is appended, and the blob of those is deleted.
/// Accepting the same transcript twice has the same effect as accepting it once.
/// </summary>
/// <param name="log">Receives the events.</param>
/// <param name="blobs">Receives the cues.</param>
/// <param name="catalog">Says which cues are known.</param>
/// <param name="time">Dates events.</param>
public sealed class TranscriptIntake(IEventLog log, IBlobStore blobs, ICatalog catalog, TimeProvider time)
{
    /// <summary>One at a time: what one replaces, and then deletes, another must not make the known one meanwhile.</summary>
    private static readonly SemaphoreSlim s_turn = new(1);

    /// <summary>Accepts a transcript that is given for a video, in place of the known one.</summary>
    /// <param name="video">The video.</param>
    /// <param name="content">SubRip, WebVTT or JSON.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The cues, or why there are none and nothing is changed; null where there is no such video.</returns>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public ValueTask<TranscriptFile?> AcceptAsync(VideoId video, byte[] content, CancellationToken cancel) =>
        InTurnAsync<TranscriptFile?>(async () =>
        {
            if (await catalog.GetAsync(video, cancel) is not { State: not VideoState.Deleted } entry)
                return null;
            var read = TranscriptFile.Parse(null, content);
            if (read.Cues is { } cues)
                await StoreAsync(video, entry.UploadId, cues, entry.Transcript, read.Warning, cancel);
            return read;
        }, cancel);

    /// <summary>Forgets the transcript of a video.</summary>
    /// <param name="video">The video.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Whether there is such a video, with or without a transcript.</returns>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public ValueTask<bool> ForgetAsync(VideoId video, CancellationToken cancel) => InTurnAsync(async () =>
    {
        if (await catalog.GetAsync(video, cancel) is not { State: not VideoState.Deleted } entry)
            return false;
        if (entry.Transcript is { } known)
            await ReplaceAsync(video, entry.UploadId, known, null, 0, null, cancel);
        return true;
    }, cancel);

    /// <summary>The transcript of a video, as a blob of cues that the caller disposes of; null where none is known.</summary>
    /// <param name="video">The video.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask<Stream?> OpenAsync(VideoId video, CancellationToken cancel) =>
        await catalog.GetAsync(video, cancel) is { State: not VideoState.Deleted, Transcript: { } transcript }
            ? await blobs.OpenReadAsync(transcript, cancel)
            : null;

    /// <summary>
    /// Accepts the transcripts beside a video. Where there is none any more the known one is forgotten, if the video is still
    /// read from there.
    /// </summary>
    /// <param name="file">The video's file.</param>
    /// <param name="video">The video.</param>
    /// <param name="upload">The upload that it belongs to; null: the one in the catalog.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What could not be read, in one line; null where everything could.</returns>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public ValueTask<string?> AcceptAsync(MediaFile file, VideoId video, Guid? upload, CancellationToken cancel) =>
        InTurnAsync(() => AcceptBesideAsync(file, video, upload, cancel), cancel);

    private static async ValueTask<T> InTurnAsync<T>(Func<ValueTask<T>> change, CancellationToken cancel)
    {
        await s_turn.WaitAsync(cancel);
        try
        {
            return await change();
        }
        finally
        {
            s_turn.Release();
        }
    }

    private async ValueTask<string?> AcceptBesideAsync(MediaFile file, VideoId video, Guid? upload, CancellationToken cancel)
    {
        var entry = await catalog.GetAsync(video, cancel);
        if ((upload ?? entry?.UploadId) is not { } current)
            return null;
        var known = entry?.UploadId == current ? entry.Transcript : null;
        var (cues, warnings, isGone) = (new List<Cue>(), new List<string>(), true);
        foreach (var beside in file.Transcripts())
        {
            isGone = false;
            var read = await ReadAsync(beside, cancel);
            cues.AddRange(read.Cues ?? []);
            if ((read.Reason ?? read.Warning) is { } problem)
                warnings.Add($"{Path.GetFileName(beside.Path)} {problem}");
        }
        var warning = warnings.Count == 0 ? null : string.Join("; ", warnings);
        if (cues.Count > 0)
            await StoreAsync(video, current, cues, known, warning, cancel);
        else if (isGone && known is not null && FileSource.PathIn(entry!.Source) == file.Real)
            await ReplaceAsync(video, current, known, null, 0, null, cancel);
        return warning;
    }

    private async ValueTask StoreAsync(
        VideoId video, Guid upload, IReadOnlyList<Cue> cues, string? known, string? warning, CancellationToken cancel)
    {
        var json = Transcript.Serialize([.. cues.Distinct().OrderBy(cue => cue.Start)]);
        using var content = new MemoryStream(json, writable: false);
        var blob = await blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(video), content, cancel);
        if (blob.Name != known)
            await ReplaceAsync(video, upload, known, blob.Name, cues.Count, warning, cancel);
    }

    private async ValueTask ReplaceAsync(
        VideoId video, Guid upload, string? known, string? transcript, int cues, string? warning, CancellationToken cancel)
    {
        var happened = new VideoTranscribed
        {
            VideoId = video,
            UploadId = upload,
            Time = time.GetUtcNow(),
            Transcript = transcript,
            Cues = cues,
            Warning = warning,
        };
        await log.AppendAsync(happened, cancel);
        await catalog.ApplyAsync(happened, CancellationToken.None); // The next transcript is compared with this one.
        if (known is not null)
            await blobs.DeleteAsync(known, CancellationToken.None);
    }

    private static async ValueTask<TranscriptFile> ReadAsync(MediaFile transcript, CancellationToken cancel)
    {
        try
        {
            var file = RegularFile.Open(transcript.Real, transcript.Root);
            await using var _ = file;
            if (file.Length > TranscriptFile.LargestBytes)
                return TranscriptFile.Refused(
                    $"has {file.Length >> 20} MiB, at most {TranscriptFile.LargestBytes >> 20} are read");
            var content = new byte[file.Length];
            var read = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancel);
            return TranscriptFile.Parse(Path.GetExtension(transcript.Path), content[..read]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TranscriptFile.Refused($"cannot be read ({error.Message})");
        }
    }
}
