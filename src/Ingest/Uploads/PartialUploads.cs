using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TcMgc.Shared;

namespace TcMgc.Ingest.Uploads;

/// <summary>An upload that comes in parts.</summary>
/// <param name="Id">Names it; nobody can guess it.</param>
/// <param name="Length">Bytes that it will have.</param>
/// <param name="Name">File name as the user knows it.</param>
/// <param name="Video">What it became, once it was whole.</param>
internal sealed record PartialUpload(string Id, long Length, string? Name, VideoId? Video = null);

/// <summary>Uploads that are not whole yet: for each a file that grows, and beside it what is known of it. They survive a restart.</summary>
internal sealed partial class PartialUploads
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly TimeSpan _expiry;
    private readonly ILogger<PartialUploads> _log;
    private readonly ConcurrentDictionary<string, bool> _open = new(StringComparer.Ordinal);

    /// <exception cref="UserException">The folder cannot be used.</exception>
    public PartialUploads(string folder, TimeSpan expiry, TimeProvider time, ILogger<PartialUploads> log)
    {
        (_folder, _expiry, _time, _log) = (Path.GetFullPath(folder), expiry, time, log);
        Guarded(() => Directory.CreateDirectory(_folder));
    }

    /// <summary>Begins an upload.</summary>
    public async ValueTask<PartialUpload> CreateAsync(long length, string? name, CancellationToken cancel)
    {
        var upload = new PartialUpload(Guid.NewGuid().ToString("N"), length, name);
        try
        {
            Guarded(() => File.Create(PartOf(upload.Id)).Dispose());
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

    /// <summary>What is known of an upload; null where there is none.</summary>
    public async ValueTask<PartialUpload?> FindAsync(string id, CancellationToken cancel)
    {
        if (!Guid.TryParseExact(id, "N", out _) || !File.Exists(CardOf(id)))
            return null;
        var card = await GuardedAsync(async () =>
            await File.ReadAllBytesAsync(CardOf(id), cancel));
        return JsonSerializer.Deserialize<PartialUpload>(card);
    }

    /// <summary>When an upload is given up unless something is added; null once it is whole.</summary>
    public DateTimeOffset? ExpiryOf(PartialUpload upload) =>
        upload.Video is null ? new DateTimeOffset(File.GetLastWriteTimeUtc(PartOf(upload.Id)), TimeSpan.Zero) + _expiry : null;

    /// <summary>Bytes that have come.</summary>
    public long OffsetOf(PartialUpload upload) => upload.Video is null ? new FileInfo(PartOf(upload.Id)).Length : upload.Length;

    /// <summary>Takes an upload for one request; null while another one has it.</summary>
    public IDisposable? Take(string id) => _open.TryAdd(id, true) ? new Taken(this, id) : null;

    /// <summary>Adds bytes at the end. What came before a connection broke is kept.</summary>
    public async ValueTask AppendAsync(PartialUpload upload, Stream content, CancellationToken cancel)
    {
        var file = Guarded(() => new FileStream(PartOf(upload.Id), new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Options = FileOptions.Asynchronous }));
        await using var _ = file;
        await content.CopyToAsync(file, cancel);
    }

    /// <summary>The whole content.</summary>
    public Stream OpenRead(PartialUpload upload) => Guarded(() => File.OpenRead(PartOf(upload.Id)));

    /// <summary>Remembers what an upload became, for a client that missed the answer, and frees its room.</summary>
    public async ValueTask<PartialUpload> CompleteAsync(PartialUpload upload, VideoId video, CancellationToken cancel)
    {
        var completed = upload with { Video = video };
        await SaveAsync(completed, cancel);
        File.Delete(PartOf(upload.Id));
        return completed;
    }

    /// <summary>Forgets an upload.</summary>
    public void Delete(string id)
    {
        File.Delete(PartOf(id));
        File.Delete(CardOf(id));
    }

    /// <summary>Gives up expired uploads, now and then until cancelled.</summary>
    public async Task SweepAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_expiry / 4 is var often && often > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : often, _time);
        do
            try
            {
                Sweep();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LogNotSwept(_folder, error.Message); // Uploads still come; the next time may do it.
            }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private void Sweep()
    {
        foreach (var card in new DirectoryInfo(_folder).EnumerateFiles("*.json"))
        {
            var id = Path.GetFileNameWithoutExtension(card.Name);
            var part = new FileInfo(PartOf(id));
            var touched = part.Exists ? part.LastWriteTimeUtc : card.LastWriteTimeUtc;
            if (_time.GetUtcNow() - touched <= _expiry || Take(id) is not { } taken)
                continue;
            using (taken)
                Delete(id);
        }
    }

    private async ValueTask SaveAsync(PartialUpload upload, CancellationToken cancel)
    {
        // Whole or not at all: a crash must not leave half a card.
        var unfinished = CardOf(upload.Id) + ".new";
        await GuardedAsync(async () =>
        {
            try
            {
                var card = JsonSerializer.SerializeToUtf8Bytes(upload);
                await File.WriteAllBytesAsync(unfinished, card, cancel);
                File.Move(unfinished, CardOf(upload.Id), overwrite: true);
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

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
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
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explained(error);
        }
    }

    private StoreUnavailableException Explained(Exception error) => DiskFull.Is(error) ? DiskFull.At(_folder, error)
        : new(_folder, $"{_folder}: {error.Message} Check its permissions and its disk.", error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Folder} cannot be swept, which is tried again: {Reason}")]
    private partial void LogNotSwept(string folder, string reason);

    private sealed class Taken(PartialUploads uploads, string id) : IDisposable
    {
        public void Dispose() => uploads._open.TryRemove(id, out _);
    }
}
