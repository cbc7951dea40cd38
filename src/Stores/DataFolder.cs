using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores;

/// <summary>
/// The folder of <c>--data</c>: the embedded adapters in <c>events.db</c>, <c>index.db</c>, <c>catalog.db</c> and <c>blobs/</c>,
/// and the transcript index in <c>transcripts.db</c>. Nobody but its owner can read what is created there.
/// Many processes may read at a time; one holds <see cref="LockForWork"/> and
/// writes.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

    private readonly SqliteEventLog _events;
    private readonly FolderBlobStore _blobs;
    private readonly SqliteVectorIndex _index;
    private readonly SqliteCatalog _catalog;
    private readonly Lazy<TranscriptIndex> _transcripts;

    private DataFolder(string path, TimeProvider clock, IBlobStore? blobs)
    {
        Path = path;
        _events = new(System.IO.Path.Combine(path, "events.db"), clock, s_poll);
        _blobs = new(System.IO.Path.Combine(path, "blobs"), isOwners: true);
        _index = new(System.IO.Path.Combine(path, "index.db"));
        _catalog = new(System.IO.Path.Combine(path, "catalog.db"));
        _transcripts = new(() => new(System.IO.Path.Combine(path, "transcripts.db"), blobs ?? _blobs));
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>The event log, in <c>events.db</c>.</summary>
    public IEventLog Events => _events;

    /// <summary>The blob store, in <c>blobs/</c>.</summary>
    public IBlobStore Blobs => _blobs;

    /// <summary>The vector index, in <c>index.db</c>.</summary>
    public IVectorIndex Index => _index;

    /// <summary>The catalog, in <c>catalog.db</c>.</summary>
    public ICatalog Catalog => _catalog;

    /// <summary>
    /// The transcript index, in <c>transcripts.db</c>; opened, and created, by whoever asks for it first, who makes it follow the
    /// catalog as well.
    /// </summary>
    /// <exception cref="UserException">It cannot be written, or is damaged.</exception>
    public ITranscriptIndex Transcripts => _transcripts.Value;

    /// <summary>
    /// The entries of a log that the catalog does not have yet, as <see cref="IEventLog.FollowAsync"/> gives them.
    /// </summary>
    public IAsyncEnumerable<LogEntry?> FollowAsync(IEventLog log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.FollowAsync(_catalog.Positions(), cancellationToken);
    }

    /// <summary>Checks that the folder can be written.</summary>
    /// <exception cref="StoreUnavailableException">It cannot; the message says why.</exception>
    public void CheckDisk()
    {
        try
        {
            DiskProbe.Write(Path);
        }
        catch (Exception error) when (DiskFull.Is(error))
        {
            throw DiskFull.At(Path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(Path, $"{Path}: {error.Message} Check its disk and its permissions.", error);
        }
    }

    /// <summary>Applies an entry of <see cref="FollowAsync"/> to the catalog.</summary>
    /// <exception cref="UserException">The catalog cannot be used.</exception>
    public void Apply(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _catalog.Apply(entry);
    }

    /// <summary>Opens the folder, creating what is absent, and brings the catalog up to the log's end.</summary>
    /// <exception cref="UserException">
    /// The folder cannot be written, or a database is damaged or newer than this program.
    /// </exception>
    public static ValueTask<DataFolder> OpenAsync(string path, TimeProvider clock, CancellationToken cancellationToken) =>
        OpenAsync(path, clock, followsOwnLog: true, null, cancellationToken);

    /// <param name="path">The folder.</param>
    /// <param name="clock">Clock of the adapters.</param>
    /// <param name="followsOwnLog">Whether the catalog is that of the folder's own log.</param>
    /// <param name="blobs">Holds the transcripts; null: the folder's own store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async ValueTask<DataFolder> OpenAsync(
        string path, TimeProvider clock, bool followsOwnLog, IBlobStore? blobs, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = System.IO.Path.GetFullPath(path);
        try
        {
            OwnerOnly.CreateFolder(path);
            if (System.IO.Path.GetDirectoryName(path) is { } above)
                DurableFolder.Flush(above);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be made a data folder: {error.Message}", error);
        }
        var folder = new DataFolder(path, clock, blobs);
        try
        {
            if (followsOwnLog)
                await folder.CatchUpAsync(cancellationToken);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Opens a folder that something was indexed into.</summary>
    /// <exception cref="UserException">There is none, or as with <see cref="OpenAsync"/>.</exception>
    public static ValueTask<DataFolder> OpenExistingAsync(string path, TimeProvider clock, CancellationToken cancellationToken) =>
        File.Exists(System.IO.Path.Combine(path, "events.db"))
            ? OpenAsync(path, clock, cancellationToken)
            : throw new UserException($"{path}: nothing is indexed there; 'tcmgc index PATH --data {path}' indexes videos");

    /// <summary>
    /// Locks the folder for this process's workers, until disposed (or the process ends, however it ends), and deletes what
    /// interrupted writes left.
    /// </summary>
    /// <exception cref="UserException">Another process has locked it.</exception>
    public IDisposable LockForWork()
    {
        var held = WorkLock.Acquire(Path);
        try
        {
            _blobs.SweepUnfinished(before: DateTimeOffset.MaxValue); // Nobody else writes.
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.Dispose();
        _index.Dispose();
        _catalog.Dispose();
        if (_transcripts.IsValueCreated)
            _transcripts.Value.Dispose();
    }

    /// <summary>Applies what a killed process left, or everything where catalog.db or events.db was removed.</summary>
    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        var end = _events.End();
        if (_catalog.IsEmpty() != (end == 0) || _catalog.Positions().Values.Any(position => position > end))
            await _catalog.RebuildAsync(_events, cancellationToken);
        await foreach (var entry in FollowAsync(_events, cancellationToken))
            if (entry is null)
                break;
            else
                Apply(entry);
    }
}
