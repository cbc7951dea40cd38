using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Ingest.Uploads;

/// <summary>An upload that comes in parts.</summary>
/// <param name="Id">Names it; cannot be guessed.</param>
/// <param name="Length">Bytes it will have.</param>
/// <param name="Name">File name as the user knows it.</param>
/// <param name="Video">The video it became; null until it is complete.</param>
/// <param name="Collection">The collection that it comes to, whose requests alone see it.</param>
/// <param name="Known">Whether the same content was there before.</param>
internal sealed record PartialUpload(
    string Id, long Length, string? Name, VideoId? Video = null, CollectionId Collection = default, bool Known = false);

/// <summary>
/// Uploads that are not complete yet: for each a file that grows (<c>.part</c>), and beside it a card (<c>.json</c>) with its
/// <see cref="PartialUpload"/>. They survive a restart.
/// </summary>
internal sealed partial class PartialUploads
{
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromHours(1);

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly UploadOptions _options;
    private readonly ILogger<PartialUploads> _log;
    private readonly ConcurrentDictionary<string, bool> _locked = new(StringComparer.Ordinal);

    /// <exception cref="UserException">The folder cannot be used.</exception>
    public PartialUploads(string folder, UploadOptions options, TimeProvider time, ILogger<PartialUploads> log)
    {
        _folder = Path.GetFullPath(folder);
        _options = options;
        _time = time;
        _log = log;
        Guarded(() => OwnerOnly.CreateFolder(_folder));
    }

    /// <summary>Begins an upload.</summary>
    /// <exception cref="QueueFullException">Too many are incomplete.</exception>
    public async ValueTask<PartialUpload> CreateAsync(
        CollectionId collection, long length, string? name, CancellationToken cancel)
    {
        if (Guarded(() => Directory.EnumerateFiles(_folder, "*.part").Count()) is var incomplete
            && incomplete >= _options.MostIncomplete)
            throw new QueueFullException($"{_options.MostIncomplete} uploads are incomplete; finish some, or give them up "
                + "(Upload:MostIncomplete)");
        var upload = new PartialUpload(Guid.NewGuid().ToString("N"), length, name, Collection: collection);
        try
        {
            Guarded(() => new FileStream(PartOf(upload.Id),
                OwnerOnly.Options(FileMode.CreateNew, FileAccess.Write, FileShare.None)).Dispose());
            await SaveAsync(upload, cancel);
            return upload;
        }
        catch (UserException)
        {
            if (File.Exists(PartOf(upload.Id)))
                File.Delete(PartOf(upload.Id));
            throw;
        }
    }

    /// <summary>What is known of an upload of a collection; null where it has none of that id.</summary>
    public async ValueTask<PartialUpload?> FindAsync(CollectionId collection, string id, CancellationToken cancel)
    {
        if (!Guid.TryParseExact(id, "N", out _) || !File.Exists(CardOf(id)))
            return null;
        var card = await GuardedAsync(async () => await File.ReadAllBytesAsync(CardOf(id), cancel));
        return JsonSerializer.Deserialize<PartialUpload>(card) is { } upload && upload.Collection == collection ? upload : null;
    }

    /// <summary>When an upload is given up unless bytes are added; null once it is complete.</summary>
    public DateTimeOffset? ExpiryOf(PartialUpload upload) =>
        upload.Video is null
            ? new DateTimeOffset(File.GetLastWriteTimeUtc(PartOf(upload.Id)), TimeSpan.Zero) + _options.Expiry
            : null;

    /// <summary>Bytes that have arrived.</summary>
    public long OffsetOf(PartialUpload upload) =>
        upload.Video is null ? new FileInfo(PartOf(upload.Id)).Length : upload.Length;

    /// <summary>Locks an upload for one request, until disposed; null while another request holds it.</summary>
    public IDisposable? TryLock(string id) => _locked.TryAdd(id, true) ? new UploadLock(this, id) : null;

    /// <summary>
    /// Adds bytes at the end, durable when this returns. What arrived before a connection broke is kept.
    /// </summary>
    public async ValueTask AppendAsync(PartialUpload upload, Stream content, CancellationToken cancel)
    {
        const int buffer = 4096;
        var file = Guarded(() => new FileStream(
            PartOf(upload.Id), FileMode.Append, FileAccess.Write, FileShare.Read, buffer, FileOptions.Asynchronous));
        await using var _ = file;
        await content.CopyToAsync(file, cancel);
        file.Flush(flushToDisk: true);
    }

    /// <summary>The complete content.</summary>
    public Stream OpenRead(PartialUpload upload) => Guarded(() => File.OpenRead(PartOf(upload.Id)));

    /// <summary>Remembers which video an upload became, for a client that missed the answer, and frees its room.</summary>
    public async ValueTask<PartialUpload> CompleteAsync(PartialUpload upload, AcceptedVideo video, CancellationToken cancel)
    {
        var completed = upload with { Video = video.Id, Known = !video.IsNew };
        await SaveAsync(completed, cancel);
        File.Delete(PartOf(upload.Id));
        return completed;
    }

    /// <summary>Forgets an upload.</summary>
    public void Delete(string id)
    {
        File.Delete(PartOf(id));
        File.Delete(UnfinishedCardOf(id));
        File.Delete(CardOf(id));
    }

    /// <summary>
    /// Deletes expired uploads at intervals, until cancelled. What cannot be deleted is logged and tried again.
    /// </summary>
    public async Task SweepAsync(CancellationToken cancel)
    {
        var interval = TimeSpan.FromTicks(Math.Min(_options.Expiry.Ticks / 4, s_longestInterval.Ticks));
        using var timer = new PeriodicTimer(interval, _time);
        do
            TryToDelete(_folder, Sweep);
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private void Sweep()
    {
        // By all of its files: a process that was killed may have left one without the other.
        foreach (var upload in new DirectoryInfo(_folder).EnumerateFiles().GroupBy(file => file.Name.Split('.')[0]))
            if (Guid.TryParseExact(upload.Key, "N", out _))
                TryToDelete(CardOf(upload.Key), () => DeleteIfExpired(upload.Key, upload.Max(file => file.LastWriteTimeUtc)));
    }

    private void DeleteIfExpired(string id, DateTime touched)
    {
        if (_time.GetUtcNow() - touched <= _options.Expiry)
            return;
        using var held = TryLock(id);
        if (held is not null)
            Delete(id);
    }

    private void TryToDelete(string path, Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotSwept(path, error.Message);
        }
    }

    private async ValueTask SaveAsync(PartialUpload upload, CancellationToken cancel)
    {
        // Complete or not at all: a crash must not leave half a card.
        var unfinished = UnfinishedCardOf(upload.Id);
        await GuardedAsync(async () =>
        {
            try
            {
                var options = OwnerOnly.Options(FileMode.Create, FileAccess.Write, FileShare.None);
                var card = new FileStream(unfinished, options);
                await using (card)
                {
                    await JsonSerializer.SerializeAsync(card, upload, cancellationToken: cancel);
                    card.Flush(flushToDisk: true);
                }
                File.Move(unfinished, CardOf(upload.Id), overwrite: true);
                DurableFolder.Flush(_folder);
                return true;
            }
            catch
            {
                if (File.Exists(unfinished))
                    File.Delete(unfinished);
                throw;
            }
        });
    }

    private string PartOf(string id) => Path.Combine(_folder, id + ".part");

    private string CardOf(string id) => Path.Combine(_folder, id + ".json");

    private string UnfinishedCardOf(string id) => CardOf(id) + ".new";

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException || DiskFull.Is(error))
        {
            throw Explained(error);
        }
    }

    private void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    private async ValueTask<T> GuardedAsync<T>(Func<ValueTask<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException || DiskFull.Is(error))
        {
            throw Explained(error);
        }
    }

    private StoreUnavailableException Explained(Exception error) => DiskFull.Is(error) ? DiskFull.At(_folder, error)
        : new(_folder, $"{_folder}: {error.Message} Check its permissions and its disk.", error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be swept, which is tried again: {Reason}")]
    private partial void LogNotSwept(string path, string reason);

    private sealed class UploadLock(PartialUploads uploads, string id) : IDisposable
    {
        public void Dispose() => uploads._locked.TryRemove(id, out _);
    }
}
