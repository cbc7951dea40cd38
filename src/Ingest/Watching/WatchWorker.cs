using Microsoft.Extensions.Logging;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest.Files;
using TcMgc.Ingest.Transcripts;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Ingest.Watching;

/// <summary>
/// Accepts the videos of a folder: those that are there, those that appear, and those that change. It lists the folder again
/// and again: notifications of changes can be lost (network folders, full queues), a listing misses nothing.
/// </summary>
/// <param name="options">The folder, which must be given.</param>
/// <param name="uploads">The largest video.</param>
/// <param name="intake">Accepts the videos.</param>
/// <param name="transcripts">Accepts the transcripts beside them.</param>
/// <param name="catalog">Says which videos are known, or were removed.</param>
/// <param name="audit">Is told what was accepted.</param>
/// <param name="time">Paces the looks.</param>
/// <param name="log">Receives what was accepted and what could not be.</param>
public sealed partial class WatchWorker(WatchOptions options, UploadOptions uploads, VideoIntake intake,
    TranscriptIntake transcripts, ICatalog catalog, AuditLog audit, TimeProvider time, ILogger<WatchWorker> log)
{
    private readonly CollectionId _collection = CollectionId.Parse(options.Collection);
    private readonly StillFiles _files = new(options.Still);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        var started = time.GetTimestamp();
        do
            await LookAsync(time.GetElapsedTime(started), cancel);
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Looks once, at a time since the first look.</summary>
    internal async ValueTask LookAsync(TimeSpan now, CancellationToken cancel)
    {
        var below = MediaFiles.Below(options.Folder!);
        foreach (var reason in below.LeftOut.Where(_told.Add)) // Again at every look, logged once.
            LogLeftOut(reason);
        var found = below.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var stamps = new Dictionary<string, FileStamp>(StringComparer.Ordinal);
        foreach (var file in below.Files)
            if (StampOf(file) is { } stamp)
                stamps[file.Path] = stamp;
        foreach (var path in _files.Look(stamps, now))
        {
            if (!await intake.Room.IsForPatientAsync(cancel))
                break; // The next look finds the rest again.
            if (!await HasRoomAsync(path, stamps[path].Bytes, cancel))
                continue; // And this one.
            await AcceptAsync(found[path], stamps[path], cancel);
        }
    }

    /// <summary>Whether the collection may have a file, asked before the file is read.</summary>
    private async ValueTask<bool> HasRoomAsync(string path, long bytes, CancellationToken cancel)
    {
        try
        {
            await intake.Quota.CheckAsync(_collection, bytes, cancel);
            return true;
        }
        catch (QuotaException full)
        {
            if (_told.Add(path))
                LogUnreadable(path, full.Message, null);
            return false;
        }
    }

    private async ValueTask AcceptAsync(MediaFile file, FileStamp stamp, CancellationToken cancel)
    {
        try
        {
            var (isStill, accepted) = await StoreAsync(file, stamp, cancel);
            if (!isStill)
                return; // Written to in the meantime: the next look sees another stamp.
            if (accepted is { IsNew: true })
            {
                LogAccepted(file.Path, accepted.Id);
                audit.Tell(AuditActions.Upload, accepted.Id.Value, file.Path);
            }
            if (accepted is not null && await transcripts.AcceptAsync(file, accepted.Id, null, cancel) is { } unread)
                LogTranscript(file.Path, unread);
            _files.MarkAccepted(file.Path);
            _told.Remove(file.Path);
        }
#pragma warning disable CA1031 // Whatever is wrong with one file, the others are accepted.
        catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (_told.Add(file.Path)) // Tried again at every look, logged once.
                LogUnreadable(file.Path, error.Message, IsExpected(error) ? null : error);
        }
    }

    /// <summary>
    /// Accepts one file. It is opened once: what is hashed is what is copied, whatever takes its place.
    /// </summary>
    /// <returns>Whether it stayed as it was, and the video; null for one that a person has removed.</returns>
    private async ValueTask<(bool IsStill, AcceptedVideo? Video)> StoreAsync(
        MediaFile file, FileStamp stamp, CancellationToken cancel)
    {
        var name = Path.GetFileName(file.Path);
        var opened = RegularFile.Open(file.Real, file.Root);
        await using var _ = opened;
        if (opened.Length > uploads.LargestBytes)
            throw new UserException($"it is larger than {uploads.LargestBytes} bytes (Upload:LargestBytes)");
        var content = await ContentHash.OfCopyAsync(opened, Stream.Null, cancel);
        if (StampOf(file) != stamp || content.Bytes != stamp.Bytes)
            return (false, null);
        var video = content.VideoIn(_collection);
        var known = await catalog.GetAsync(video, cancel);
        if (known is { State: VideoState.Deleted })
        {
            LogRemoved(file.Path, video);
            return (true, null);
        }
        if (!options.Copy || known is { State: not VideoState.Failed })
            return (true, await intake.AcceptAsync(
                _collection, name, content, VideoUploaded.SourceOf(file.Real), cancel));
        opened.Position = 0;
        return (true, await intake.AcceptAsync(_collection, name, opened, cancel));
    }

    private static bool IsExpected(Exception error) => error is UserException or IOException or UnauthorizedAccessException;

    private static FileStamp? StampOf(MediaFile video)
    {
        var file = new FileInfo(video.Real);
        if (!file.Exists)
            return null;
        var beside = new HashCode();
        foreach (var transcript in video.Transcripts().Select(one => new FileInfo(one.Real)).Where(one => one.Exists))
            beside.Add((transcript.FullName, transcript.Length, transcript.LastWriteTimeUtc));
        return new(file.Length, file.LastWriteTimeUtc, beside.ToHashCode());
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "accepted {Path} as video {Video}")]
    private partial void LogAccepted(string path, VideoId video);

    [LoggerMessage(Level = LogLevel.Warning, Message = "not all transcripts beside {Path} can be read: {Reason}")]
    private partial void LogTranscript(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot accept {Path}, which is tried again: {Reason}")]
    private partial void LogUnreadable(string path, string reason, Exception? error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "left out: {Reason}")]
    private partial void LogLeftOut(string reason);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Path} holds video {Video}, which was removed: upload it to have it again")]
    private partial void LogRemoved(string path, VideoId video);
}
