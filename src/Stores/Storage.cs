using Microsoft.Extensions.Configuration;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Blobs.S3;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Qdrant;

namespace TcMgc.Stores;

/// <summary>The ports, each on the adapter that the configuration chose. Nothing else knows which.</summary>
public sealed class Storage : IAsyncDisposable
{
    private readonly DataFolder _data;
    private IDisposable? _work;

    private Storage(DataFolder data, IEventLog events, IBlobStore blobs, DiskReserve reserve)
    {
        _data = data;
        Events = events;
        Blobs = blobs;
        Reserve = reserve;
        Index = data.Index;
    }

    /// <summary>The data folder.</summary>
    internal DataFolder Data => _data;

    /// <summary>Whether event log and index are those of the data folder.</summary>
    internal bool IsEmbedded => Events == _data.Events && Index == _data.Index;

    /// <summary>The event log.</summary>
    public IEventLog Events { get; }

    /// <summary>The blob store.</summary>
    public IBlobStore Blobs { get; private set; }

    /// <summary>The vector index.</summary>
    public IVectorIndex Index { get; private set; }

    /// <summary>The catalog; an embedded one was brought up to the log's end when it was opened.</summary>
    public ICatalog Catalog => _data.Catalog;

    /// <summary>The transcript index; see <see cref="DataFolder.Transcripts"/>.</summary>
    /// <exception cref="UserException">It cannot be written, or is damaged.</exception>
    public ITranscriptIndex Transcripts => _data.Transcripts;

    /// <summary>Passes on what the log brings to the catalog.</summary>
    public CatalogChanges Changes { get; } = new();

    /// <summary>What is kept free on the disks of data folder and blobs.</summary>
    public DiskReserve Reserve { get; }

    /// <summary>The disk of the data folder.</summary>
    public DriveInfo Disk => new(OperatingSystem.IsWindows() ? Path.GetPathRoot(_data.Path)! : _data.Path);

    /// <inheritdoc cref="DataFolder.CheckDisk"/>
    public void CheckDisk() => _data.CheckDisk();

    /// <summary>Opens the adapters: the one place where they are chosen.</summary>
    /// <param name="configuration">Says which ones, and how they are set.</param>
    /// <param name="forWork">Whether workers are to run on them: a data folder has the workers of one process at a time.</param>
    /// <param name="time">Clock of the adapters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">
    /// A setting is wrong, a store cannot be used or belongs to another log, or another process works in the data folder. Whether
    /// Qdrant and S3 belong to the log is asked when they are used first, for they may be away now.
    /// </exception>
    public static async ValueTask<Storage> OpenAsync(
        IConfiguration configuration, bool forWork, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = Settings.Read<StorageOptions>(configuration);
        var isEmbedded = options.Events == EventStore.Sqlite;
        IBlobStore? shared = options.Blobs switch
        {
            { } place when S3BlobStore.IsPlace(place) =>
                new S3BlobStore(place, Settings.Read<S3Options>(configuration, S3Options.Section)),
            { Length: > 0 } folder => new FolderBlobStore(folder),
            _ => null,
        };
        DataFolder? data = null;
        Storage? stores = null;
        try
        {
            data = await DataFolder.OpenAsync(options.Data, time, followsOwnLog: isEmbedded, shared, cancellationToken);
            var kafka = isEmbedded ? null : await KafkaEventLog.OpenAsync(
                Settings.Read<KafkaOptions>(configuration, KafkaOptions.Section), time, cancellationToken);
            stores = new(
                data, kafka ?? data.Events, shared ?? data.Blobs, new(options.Folders, options.FreeBytes));
            if (kafka is not null)
                await data.BelongToAsync(kafka.IdentifyAsync, cancellationToken);
            var log = data.Log!;
            if (shared is FolderBlobStore folder)
                await log.RequireAsync(shared, folder.Root, cancellationToken);
            else if (shared is not null)
                stores.Blobs = new CheckedBlobs(shared, log, options.Blobs!);
            if (options.Vectors == VectorStore.Qdrant)
                stores.Index = new QdrantVectorIndex(
                    Settings.Read<QdrantOptions>(configuration, QdrantOptions.Section) with { Log = log }, time);
            stores._work = forWork ? data.LockForWork() : null;
            return stores;
        }
        catch
        {
            if (stores is not null)
                await stores.DisposeAsync();
            else
            {
                data?.Dispose();
                (shared as IDisposable)?.Dispose();
            }
            throw;
        }
    }

    /// <summary>Whether another model's index can be built beside the one in use: where that is in the data folder.</summary>
    public bool CanHaveNextIndex => Index == _data.Index;

    /// <summary>Whether another model's index was begun beside the one in use.</summary>
    public bool HasNextIndex => CanHaveNextIndex && NextIndex.IsIn(_data);

    /// <summary>Opens another model's index beside the one in use, or begins it.</summary>
    /// <exception cref="UserException">It cannot be opened.</exception>
    public NextIndex OpenNextIndex() => NextIndex.Open(_data);

    /// <summary>Deletes it; nobody may have it open.</summary>
    public void DeleteNextIndex() => NextIndex.DeleteFrom(_data);

    /// <summary>What builds another model's collection beside the one of this installation.</summary>
    /// <param name="options">Names server and index.</param>
    /// <param name="time">Clock of the calls.</param>
    public QdrantReindex OpenReindex(QdrantOptions options, TimeProvider time) =>
        new((options ?? throw new ArgumentNullException(nameof(options))) with { Log = _data.Log }, time);

    /// <summary>The entries of a log that the catalog does not have yet, then those that come.</summary>
    internal IAsyncEnumerable<LogEntry?> FollowAsync(IEventLog log, CancellationToken cancellationToken) =>
        _data.FollowAsync(log, cancellationToken);

    /// <summary>Applies an entry of <see cref="FollowAsync"/> to the catalog.</summary>
    /// <returns>Why the entry was passed over; null where it was not.</returns>
    internal string? Apply(LogEntry entry) => _data.Apply(entry);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Events is IAsyncDisposable events)
            await events.DisposeAsync();
        (Index as IDisposable)?.Dispose();
        (Blobs as IDisposable)?.Dispose();
        _data.Dispose();
        _work?.Dispose();
    }
}
