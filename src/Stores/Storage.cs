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

    private Storage(DataFolder data, IEventLog events, IBlobStore blobs, IVectorIndex index)
    {
        _data = data;
        Events = events;
        Blobs = blobs;
        Index = index;
    }

    /// <summary>The event log.</summary>
    public IEventLog Events { get; }

    /// <summary>The blob store.</summary>
    public IBlobStore Blobs { get; }

    /// <summary>The vector index.</summary>
    public IVectorIndex Index { get; }

    /// <summary>The catalog; an embedded one was brought up to the log's end when it was opened.</summary>
    public ICatalog Catalog => _data.Catalog;

    /// <summary>The transcript index; see <see cref="DataFolder.Transcripts"/>.</summary>
    /// <exception cref="UserException">It cannot be written, or is damaged.</exception>
    public ITranscriptIndex Transcripts => _data.Transcripts;

    /// <summary>Passes on what the log brings to the catalog.</summary>
    public CatalogChanges Changes { get; } = new();

    /// <inheritdoc cref="DataFolder.CheckDisk"/>
    public void CheckDisk() => _data.CheckDisk();

    /// <summary>Opens the adapters: the one place where they are chosen.</summary>
    /// <param name="configuration">Says which ones, and how they are set.</param>
    /// <param name="forWork">Whether workers are to run on them: a data folder has the workers of one process at a time.</param>
    /// <param name="time">Clock of the adapters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">
    /// A setting is wrong, a store cannot be used, or another process works in the data folder.
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
            IVectorIndex index = options.Vectors switch
            {
                VectorStore.Qdrant =>
                    new QdrantVectorIndex(Settings.Read<QdrantOptions>(configuration, QdrantOptions.Section), time),
                _ => data.Index,
            };
            IEventLog events = options.Events switch
            {
                EventStore.Kafka => await KafkaEventLog.OpenAsync(
                    Settings.Read<KafkaOptions>(configuration, KafkaOptions.Section), time, cancellationToken),
                _ => data.Events,
            };
            stores = new(data, events, shared ?? data.Blobs, index);
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

    /// <summary>The entries of a log that the catalog does not have yet, then those that come.</summary>
    internal IAsyncEnumerable<LogEntry?> FollowAsync(IEventLog log, CancellationToken cancellationToken) =>
        _data.FollowAsync(log, cancellationToken);

    /// <summary>Applies an entry of <see cref="FollowAsync"/> to the catalog.</summary>
    internal void Apply(LogEntry entry) => _data.Apply(entry);

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
