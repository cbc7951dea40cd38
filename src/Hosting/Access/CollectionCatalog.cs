using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Hosting.Access;

/// <summary>
/// The catalog as an endpoint may see it: the videos of the request's collection. A video of another one is as one that never
/// was.
/// </summary>
public sealed class CollectionCatalog
{
    private readonly ICatalog _catalog;

    private CollectionCatalog(CollectionId collection, ICatalog catalog) => (Collection, _catalog) = (collection, catalog);

    /// <summary>The request's collection.</summary>
    public CollectionId Collection { get; }

    /// <summary>Gives it to an endpoint that has a parameter of this type.</summary>
    public static ValueTask<CollectionCatalog> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(new CollectionCatalog(CollectionAccess.Of(context), context.RequestServices.GetRequiredService<ICatalog>()));
    }

    /// <summary>The entry of a video by its id as a request writes it; null where there is none, or it is deleted.</summary>
    public async ValueTask<CatalogEntry?> FindAsync(string id, CancellationToken cancel) =>
        VideoId.TryParse(id, out var video) && await GetAsync(video, cancel) is { State: not VideoState.Deleted } entry
            ? entry : null;

    /// <summary>The entry of a video, a deleted one too; null where there is none.</summary>
    public async ValueTask<CatalogEntry?> GetAsync(VideoId video, CancellationToken cancel) =>
        await _catalog.GetAsync(video, cancel) is { } entry && entry.Collection == Collection ? entry : null;

    /// <inheritdoc cref="ICatalog.PageAsync"/>
    public ValueTask<CatalogPage> PageAsync(CatalogQuery query, int limit, CancellationToken cancel) =>
        _catalog.PageAsync(Collection, query, limit, cancel);

    /// <summary>What the collection holds.</summary>
    public ValueTask<CollectionTotals> TotalsAsync(CancellationToken cancel) => _catalog.TotalsAsync(Collection, cancel);

    /// <summary>Applies an event of one of its videos.</summary>
    public ValueTask ApplyAsync(VideoEvent happened, CancellationToken cancel) => _catalog.ApplyAsync(happened, cancel);
}
