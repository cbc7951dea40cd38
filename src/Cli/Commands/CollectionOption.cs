using System.CommandLine;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which collection a command is about.</summary>
internal static class CollectionOption
{
    /// <summary>The videos of a collection that are not deleted, by name.</summary>
    public static ValueTask<List<CatalogEntry>> ListAsync(
        this ICatalog catalog, CollectionId collection, CancellationToken cancel) =>
        catalog.ListAsync(cancel).Where(entry => entry.Collection == collection).ToListAsync(cancel);

    public static Option<CollectionId> Create(string description) => new("--collection")
    {
        Description = $"{description} Default: {CollectionId.Default}.",
        HelpName = "NAME",
        CustomParser = result =>
        {
            if (result.Tokens is [var token] && !CollectionId.TryParse(token.Value, out _))
                result.AddError($"--collection is '{token.Value}'; it {CollectionId.WrongForm}.");
            return result.Tokens is [var given] && CollectionId.TryParse(given.Value, out var collection) ? collection : default;
        },
    };
}
