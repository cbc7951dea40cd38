using TcMgc.Shared.Catalog;

namespace TcMgc.Hosting.Access;

/// <summary>What all collections hold together, for endpoints <see cref="ServiceEndpoints.OfTheService"/> alone.</summary>
/// <param name="catalog">The catalog.</param>
public sealed class AllCollections(ICatalog catalog)
{
    /// <summary>What each holds that has a video, by name.</summary>
    public ValueTask<IReadOnlyList<CollectionTotals>> TotalsAsync(CancellationToken cancel) => catalog.TotalsAsync(cancel);
}
