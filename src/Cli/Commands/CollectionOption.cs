using System.CommandLine;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which collection a command is about.</summary>
internal static class CollectionOption
{
    private const int PageSize = 1000;

    /// <summary>The videos of a collection that are not deleted, by name where nothing else is asked for.</summary>
    public static async ValueTask<List<CatalogEntry>> ListAsync(
        this ICatalog catalog, CollectionId collection, CancellationToken cancel, CatalogQuery? query = null)
    {
        var entries = new List<CatalogEntry>();
        for (query ??= new(); ;)
        {
            var page = await catalog.PageAsync(collection, query, PageSize, cancel);
            entries.AddRange(page.Entries);
            if (page.Next is null)
                return entries;
            query = query with { After = page.Next };
        }
    }

    /// <summary>Requires that a collection has videos; the default one is there before its first.</summary>
    /// <exception cref="UserException">It has none; the message names those that have.</exception>
    public static async ValueTask RequireAsync(CollectionId collection, ICatalog catalog, CancellationToken cancel)
    {
        var all = (await catalog.TotalsAsync(cancel)).Select(totals => totals.Collection).ToList();
        if (collection != CollectionId.Default && !all.Contains(collection))
            throw new UserException($"there is no collection '{collection}'; "
                + (all.Count > 0 ? $"those with videos are {string.Join(", ", all)}" : "none has videos yet"));
    }

    public static Option<CollectionId> Create(string description) => new("--collection")
    {
        Description = description,
        HelpName = "NAME",
        DefaultValueFactory = _ => CollectionId.Default,
        CustomParser = result =>
        {
            if (result.Tokens is [var token] && !CollectionId.TryParse(token.Value, out _))
                result.AddError($"--collection is '{token.Value}'; it {CollectionId.WrongForm}.");
            return result.Tokens is [var given] && CollectionId.TryParse(given.Value, out var collection) ? collection : default;
        },
    };
}
