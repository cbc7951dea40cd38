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
/// and the transcript index in <c>transcripts.db</c> (of another collection than the default one in
/// <c>transcripts-NAME.db</c>). Nobody but its owner can read what is created there.
/// Many processes may read at a time; one holds <see cref="LockForWork"/> and
/// writes.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private const string LogName = "events.db";

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

    private readonly SqliteEventLog _events;
    private readonly FolderBlobStore _blobs;
    private readonly SqliteVectorIndex _index;
    private readonly SqliteCatalog _catalog;
    private readonly Lazy<TranscriptIndex> _transcripts;

    private readonly bool _hasBlobs;

    private DataFolder(string path, TimeProvider clock, IBlobStore? blobs)
    {
        Path = path;
        _hasBlobs = blobs is null;
        _events = new(System.IO.Path.Combine(path, LogName), clock, s_poll);
        _blobs = new(System.IO.Path.Combine(path, "blobs"), isOwners: true);
        _index = new(System.IO.Path.Combine(path, "index.db"));
        _catalog = new(System.IO.Path.Combine(path, "catalog.db"));
        _transcripts = new(() => new(path, blobs ?? _blobs));
    }

    /// <summary>The catalog's adapter.</summary>
    internal SqliteCatalog CatalogFile => _catalog;

    /// <summary>The vector index's adapter.</summary>
    internal SqliteVectorIndex IndexFile => _index;

    /// <summary>The databases of a data folder, the log last, without which the folder is not opened.</summary>
    internal static IEnumerable<string> DatabasesIn(string folder) =>
        ((string[])["index.db", .. TranscriptIndex.FilesIn(folder), "catalog.db", LogName])
            .Select(name => System.IO.Path.Combine(folder, name)).Where(File.Exists);

    /// <summary>The log that catalog and index belong to; null until <see cref="BelongToAsync"/>.</summary>
    internal FollowedLog? Log { get; private set; }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>The event log, in <c>events.db</c>.</summary>
    public IEventLog Events => _events;

    /// <summary>The blob store, in <c>blobs/</c>.</summary>
    public IBlobStore Blobs => _blobs;

    /// <summary>The vector index, in <c>index.db</c>.</summary>
    public IVectorIndex Index => _index;

    /// <summary>Bytes of a segment that a search for a sentence reads, where no look at its exact vector is needed.</summary>
    /// <param name="dimensions">D.</param>
    public static int BytesScanned(int dimensions) => CodedRows.BytesEach(dimensions) + MatrixBlock.CollectionBytes;

    /// <summary>The catalog, in <c>catalog.db</c>.</summary>
    public ICatalog Catalog => _catalog;

    /// <summary>
    /// The transcript index; opened, and created, by whoever asks for it first, who makes it follow the
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
    /// <returns>
    /// Why the entry was passed over: nobody can read its event, or the catalog cannot apply it, today or after a restart; null
    /// where it was applied.
    /// </returns>
    /// <exception cref="UserException">The catalog cannot be used.</exception>
    public string? Apply(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _catalog.Apply(entry);
    }

    /// <summary>Opens the folder, creating what is absent, and brings the catalog up to the log's end.</summary>
    /// <exception cref="UserException">
    /// The folder cannot be written, a database is damaged or newer than this program, or belongs to another log.
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
            {
                await folder.BelongToAsync(_ => new(folder._events.Identity()), cancellationToken);
                await folder.CatchUpAsync(cancellationToken);
            }
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Makes the folder's catalog, index and blobs those of a log.</summary>
    /// <exception cref="UserException">One of them is that of another log.</exception>
    internal async ValueTask BelongToAsync(
        Func<CancellationToken, ValueTask<FollowedLog>> identify, CancellationToken cancellationToken)
    {
        var done = _catalog.Positions(); // Before the log's end, which others may move, and follow, meanwhile.
        var log = await identify(cancellationToken);
        _catalog.BelongTo(log);
        log.RequireReached(done);
        _index.BelongTo(log);
        if (_hasBlobs)
            await log.RequireAsync(_blobs, _blobs.Root, cancellationToken);
        Log = log;
    }

    /// <summary>Opens a folder that something was indexed into.</summary>
    /// <exception cref="UserException">There is none, or as with <see cref="OpenAsync"/>.</exception>
    public static ValueTask<DataFolder> OpenExistingAsync(string path, TimeProvider clock, CancellationToken cancellationToken) =>
        File.Exists(System.IO.Path.Combine(path, LogName)) || File.Exists(System.IO.Path.Combine(path, "catalog.db"))
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

    /// <summary>Applies what a killed process left, or everything where catalog.db was removed.</summary>
    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_catalog.IsEmpty() && !Log!.IsEmpty)
            await _catalog.RebuildAsync(_events, cancellationToken);
        await _catalog.CatchUpAsync(_events, cancellationToken);
    }
}
