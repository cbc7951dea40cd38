using Microsoft.Extensions.Logging;
using TcMgc.Ingest.Files;
using TcMgc.Ingest.Transcripts;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Ingest.Watching;

/// <summary>
/// Accepts the videos of a folder: those that are there, those that appear, and those that change. It lists the folder again
/// and again: notifications of changes can be lost (network folders, full queues), a listing misses nothing.
/// </summary>
/// <param name="options">The folder, which must be given.</param>
/// <param name="intake">Accepts the videos.</param>
/// <param name="transcripts">Accepts the transcripts beside them.</param>
/// <param name="time">Paces the looks.</param>
/// <param name="log">Receives what was accepted and what could not be.</param>
public sealed partial class WatchWorker(
    WatchOptions options, VideoIntake intake, TranscriptIntake transcripts, TimeProvider time, ILogger<WatchWorker> log)
{
    private readonly StillFiles _files = new(options.Still);
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

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
        var stamps = new Dictionary<string, FileStamp>(StringComparer.Ordinal);
        foreach (var path in MediaFiles.Below(options.Folder!))
            if (StampOf(path) is { } stamp)
                stamps[path] = stamp;
        foreach (var path in _files.Look(stamps, now))
        {
            if (!await intake.Room.IsForPatientAsync(cancel))
                break; // The next look finds the rest again.
            await AcceptAsync(path, stamps[path], cancel);
        }
    }

    private async ValueTask AcceptAsync(string path, FileStamp stamp, CancellationToken cancel)
    {
        try
        {
            var accepted = await StoreAsync(path, stamp, cancel);
            if (accepted is null)
                return; // Written to in the meantime: the next look sees another stamp.
            if (accepted.IsNew)
                LogAccepted(path, accepted.Id);
            if (await transcripts.AcceptAsync(path, accepted.Id, null, cancel) is { } unread)
                LogTranscript(path, unread);
            _files.MarkAccepted(path);
            _unreadable.Remove(path);
        }
        catch (Exception error) when (error is UserException or IOException or UnauthorizedAccessException)
        {
            if (_unreadable.Add(path)) // Tried again at every look, logged once.
                LogUnreadable(path, error.Message);
        }
    }

    /// <summary>Accepts one file; null where it changed in the meantime.</summary>
    private async ValueTask<AcceptedVideo?> StoreAsync(string path, FileStamp stamp, CancellationToken cancel)
    {
        var name = Path.GetFileName(path);
        if (options.Copy)
        {
            var file = new FileStream(path, new FileStreamOptions
            {
                Options = FileOptions.SequentialScan | FileOptions.Asynchronous,
                Share = FileShare.ReadWrite,
            });
            await using (file)
                return await intake.AcceptAsync(name, file, cancel);
        }
        var content = await ContentHash.OfFileAsync(path, cancel);
        return StampOf(path) == stamp && content.Bytes == stamp.Bytes
            ? await intake.AcceptAsync(name, content, VideoUploaded.SourceOf(path), cancel)
            : null;
    }

    private static FileStamp? StampOf(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        var beside = new HashCode();
        foreach (var transcript in TranscriptIntake.Beside(path))
            beside.Add((transcript.Name, transcript.Length, transcript.LastWriteTimeUtc));
        return new(file.Length, file.LastWriteTimeUtc, beside.ToHashCode());
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "accepted {Path} as video {Video}")]
    private partial void LogAccepted(string path, VideoId video);

    [LoggerMessage(Level = LogLevel.Warning, Message = "not all transcripts beside {Path} can be read: {Reason}")]
    private partial void LogTranscript(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot accept {Path}, which is tried again: {Reason}")]
    private partial void LogUnreadable(string path, string reason);
}
