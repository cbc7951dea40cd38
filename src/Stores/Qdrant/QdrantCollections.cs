using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>The collections of one index, one for each model, and the alias that points at the one in use.</summary>
internal sealed class QdrantCollections(QdrantConnection connection, QdrantOptions options)
{
    public QdrantCollection Named(string name) => new(connection, options, name, connection.Calls.Work);

    /// <summary>A collection for searches, for which a user waits.</summary>
    public QdrantCollection Searched(string name) => new(connection, options, name, connection.Calls.Search);

    /// <summary>The alias's collection and its model; null where there is none.</summary>
    public async ValueTask<(QdrantCollection Collection, IndexModel Model)?> TargetAsync(CancellationToken cancel)
    {
        var answer = await connection.CallAsync(connection.Calls.Work, (client, call) =>
            client.Collections.ListAliasesAsync(new(), call), cancel);
        if (answer?.Aliases.FirstOrDefault(alias => alias.AliasName == options.Alias) is not { } target)
            return null;
        var collection = Named(target.CollectionName);
        return await collection.ModelAsync(cancel) is { } model ? (collection, model) : null;
    }

    /// <summary>Points the alias at a collection, in one step for every reader.</summary>
    /// <exception cref="UserException">The collection was deleted.</exception>
    public async ValueTask PointAliasAsync(QdrantCollection collection, CancellationToken cancel)
    {
        var change = new ChangeAliases
        {
            Actions =
            {
                new AliasOperations { DeleteAlias = new() { AliasName = options.Alias } },
                new AliasOperations { CreateAlias = new() { AliasName = options.Alias, CollectionName = collection.Name } },
            },
        };
        if (await connection.CallAsync(connection.Calls.Work, (client, call) =>
            client.Collections.UpdateAliasesAsync(change, call), cancel) is null)
            throw new UserException(
                $"Qdrant at {options.Url}: the collection {collection.Name} was deleted; start again");
    }

    /// <summary>
    /// The model's collection, which is created if it is missing. An empty collection of another layout is replaced.
    /// </summary>
    /// <exception cref="UserException">A collection of another layout is not empty.</exception>
    public async ValueTask<QdrantCollection> PrepareAsync(IndexModel model, CancellationToken cancel)
    {
        var collection = Named(CollectionLayout.Name(options.Alias, model.Id));
        if (await collection.ModelAsync(cancel) is { } existing && !CollectionLayout.Same(existing, model))
        {
            await ThrowUnlessEmptyAsync(collection, existing, model, cancel);
            await collection.DropAsync(cancel);
        }
        await collection.CreateAsync(model, cancel);
        return await collection.ModelAsync(cancel) is { } created && CollectionLayout.Same(created, model)
            ? collection
            : throw new UserException(
                $"Qdrant at {options.Url}: another process just created the collection {collection.Name} for another model; "
                + "try again");
    }

    /// <exception cref="UserException">The collection has segments of the other model.</exception>
    public async ValueTask ThrowUnlessEmptyAsync(QdrantCollection collection, IndexModel bound, IndexModel model,
        CancellationToken cancel)
    {
        if (await collection.CountAsync(null, cancel) > 0)
            throw new UserException($"Qdrant at {options.Url}: the index {options.Alias} was built with the model {bound.Id} "
                + $"({bound.Frames} × {bound.Dimensions}), this is {model.Id} ({model.Frames} × {model.Dimensions}); use that "
                + $"one, 'tcmgc reindex' to build it anew, or another {QdrantOptions.Section}:Alias");
    }
}
