using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;

namespace TcMgc.Shared.Configuration;

/// <summary>The four ports, each on the adapter that the configuration chose. Nothing else knows which.</summary>
public sealed class Stores : IDisposable
{
    private readonly DataFolder _data;
    private readonly IDisposable? _work;

    private Stores(DataFolder data, IDisposable? work) => (_data, _work) = (data, work);

    /// <summary>The event log.</summary>
    public IEventLog Events => _data.Events;

    /// <summary>The blob store.</summary>
    public IBlobStore Blobs => _data.Blobs;

    /// <summary>The vector index.</summary>
    public IVectorIndex Index => _data.Index;

    /// <summary>The catalog, brought up to the log's end when it was opened.</summary>
    public ICatalog Catalog => _data.Catalog;

    /// <summary>Opens the adapters.</summary>
    /// <param name="options">Which ones.</param>
    /// <param name="forWork">Whether workers are to run on them: a data folder takes the workers of one process at a time.</param>
    /// <param name="time">Clock of the adapters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">A store cannot be used, or another process works in the data folder.</exception>
    public static async ValueTask<Stores> OpenAsync(StorageOptions options, bool forWork, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var data = await DataFolder.OpenAsync(options.Data, time, cancellationToken).ConfigureAwait(false);
        try
        {
            return new(data, forWork ? data.LockForWork() : null);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the catalog up with the log until cancelled.</summary>
    public async Task ProjectAsync(CancellationToken cancellationToken)
    {
        await foreach (var delivery in Events.SubscribeAsync(new(DataFolder.CatalogGroup, Topics.All), cancellationToken).ConfigureAwait(false))
        {
            await Catalog.ApplyAsync(delivery.Event, cancellationToken).ConfigureAwait(false);
            await Events.CommitAsync(delivery, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _work?.Dispose();
    }
}
