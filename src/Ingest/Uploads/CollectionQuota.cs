using System.Globalization;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Ingest.Uploads;

/// <summary>
/// Bounds what a collection holds. Of several processes that take videos for one collection at the same moment each may let one
/// more in.
/// </summary>
/// <param name="catalog">Says what it holds.</param>
/// <param name="options">The bounds.</param>
public sealed class CollectionQuota(ICatalog catalog, UploadOptions options) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Whether there is a bound.</summary>
    private bool IsBound => options.MostVideosEach is not null || options.MostBytesEach is not null;

    /// <summary>Checks that a further video has room.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="bytes">Its size, as far as it is known.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="QuotaException">It has none.</exception>
    public async ValueTask CheckAsync(CollectionId collection, long bytes, CancellationToken cancel)
    {
        if (!IsBound)
            return;
        var totals = await catalog.TotalsAsync(collection, cancel);
        if (totals.Videos >= options.MostVideosEach)
            throw new QuotaException($"the collection has {totals.Videos} videos, and may have {options.MostVideosEach} "
                + "(Upload:MostVideosEach); remove some");
        if (totals.Bytes + bytes > options.MostBytesEach)
            throw new QuotaException($"the collection has videos of {MiB(totals.Bytes)} MiB, and may have "
                + $"{MiB(options.MostBytesEach.Value)} MiB (Upload:MostBytesEach): this one has no room; remove some");
    }

    /// <summary>Lets a video in: of two at once, the second counts the first.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="add">Makes the catalog count it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="QuotaException">It has no room.</exception>
    public async ValueTask AddAsync(CollectionId collection, long bytes, Func<ValueTask> add, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(add);
        if (!IsBound)
        {
            await add();
            return;
        }
        await _turn.WaitAsync(cancel);
        try
        {
            await CheckAsync(collection, bytes, cancel);
            await add();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static string MiB(long bytes) => (bytes >> 20).ToString("N0", CultureInfo.InvariantCulture);
}
