using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores;

/// <summary>
/// The folder of <c>--data</c>: the embedded adapters of the four ports in <c>events.db</c>, <c>index.db</c>, <c>catalog.db</c>
/// and <c>blobs/</c>, and what is said in videos in <c>transcripts.db</c>. Many processes may read at a time; one holds <see
/// cref="LockForWork"/> and writes.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

    private readonly SqliteEventLog _events;
    private readonly FolderBlobStore _blobs;
    private readonly SqliteVectorIndex _index;
    private readonly SqliteCatalog _catalog;
    private readonly CatalogFollower _follower;

    private DataFolder(string path, TimeProvider clock)
    {
        Path = path;
        _events = new(System.IO.Path.Combine(path, "events.db"), clock, s_poll);
        _blobs = new(System.IO.Path.Combine(path, "blobs"));
        _index = new(System.IO.Path.Combine(path, "index.db"));
        _catalog = new(System.IO.Path.Combine(path, "catalog.db"));
        Transcripts = new(System.IO.Path.Combine(path, "transcripts.db"));
        _follower = new(_catalog, Transcripts);
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

    /// <summary>What is said in the videos, in <c>transcripts.db</c>.</summary>
    public TranscriptIndex Transcripts { get; }

    /// <summary>What of a log the catalog does not have yet, as <see cref="IEventLog.FollowAsync"/> gives it.</summary>
    public IAsyncEnumerable<LogEntry?> FollowAsync(IEventLog log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.FollowAsync(_catalog.Positions(), cancellationToken);
    }

    /// <summary>Applies what <see cref="FollowAsync"/> gave to the catalog, and to what follows it.</summary>
    /// <param name="entry">The event at its place.</param>
    /// <param name="blobs">Holds transcripts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public ValueTask ApplyAsync(LogEntry entry, IBlobStore blobs, CancellationToken cancellationToken) =>
        _follower.ApplyAsync(entry, blobs, cancellationToken);

    /// <summary>Opens the folder, creating what is absent, and brings the catalog up to the log's end.</summary>
    /// <exception cref="UserException">The folder cannot be written, or a database is damaged or newer than this
    /// program.</exception>
    public static ValueTask<DataFolder> OpenAsync(string path, TimeProvider clock, CancellationToken cancellationToken) =>
        OpenAsync(path, clock, followsOwnLog: true, null, cancellationToken);

    /// <param name="path">The folder.</param>
    /// <param name="clock">Clock of the adapters.</param>
    /// <param name="followsOwnLog">Whether the catalog is that of the folder's own log.</param>
    /// <param name="blobs">Holds transcripts; null: the folder's own store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async ValueTask<DataFolder> OpenAsync(string path, TimeProvider clock, bool followsOwnLog, IBlobStore? blobs, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be made a data folder: {error.Message}", error);
        }
        var folder = new DataFolder(path, clock);
        try
        {
            if (followsOwnLog)
                await folder.CatchUpAsync(blobs ?? folder.Blobs, cancellationToken);
            await folder.Transcripts.CatchUpAsync(folder.Catalog, blobs ?? folder.Blobs, cancellationToken);
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
    /// Locks the folder for this process's workers until the lock is disposed or the process ends, and deletes the remains of
    /// interrupted writes.
    /// </summary>
    /// <exception cref="UserException">Another process has it.</exception>
    public IDisposable LockForWork()
    {
        var work = WorkLock.Acquire(Path);
        try
        {
            _blobs.SweepUnfinished(before: DateTimeOffset.MaxValue); // No other process writes.
            return work;
        }
        catch
        {
            work.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.Dispose();
        _index.Dispose();
        _catalog.Dispose();
        Transcripts.Dispose();
    }

    /// <summary>What a process that was killed left unapplied, or all of it where catalog.db or events.db was removed.</summary>
    private async ValueTask CatchUpAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        var end = _events.End();
        if (_catalog.IsEmpty() != (end == 0) || _catalog.Positions().Values.Any(position => position > end))
        {
            await _catalog.RebuildAsync(_events, cancellationToken);
            await Transcripts.FollowAsync(_catalog, blobs, cancellationToken);
        }
        await foreach (var entry in FollowAsync(_events, cancellationToken))
            if (entry is null)
                break;
            else
                await ApplyAsync(entry, blobs, cancellationToken);
    }
}
