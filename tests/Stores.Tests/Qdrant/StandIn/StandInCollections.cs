using Grpc.Core;
using Qdrant.Client.Grpc;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>Collections by name, and aliases of them.</summary>
internal sealed class StandInCollections
{
    private readonly Dictionary<string, StandInCollection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public IReadOnlyCollection<string> Names => Locked(() => _collections.Keys.ToArray());

    public IReadOnlyCollection<AliasDescription> Aliases => Locked(() =>
        _aliases.Select(alias => new AliasDescription { AliasName = alias.Key, CollectionName = alias.Value }).ToArray());

    public T Locked<T>(Func<T> action)
    {
        lock (_lock)
            return action();
    }

    /// <summary>Runs what reads or changes one collection.</summary>
    public T In<T>(string name, Func<StandInCollection, T> action) => Locked(() =>
        _collections.TryGetValue(_aliases.GetValueOrDefault(name, name), out var collection) ? action(collection)
            : throw Absent(name));

    public bool Create(CreateCollection create) => Locked(() =>
    {
        var name = create.CollectionName;
        if (name.IndexOfAny(['<', '>', ':', '"', '\\', '|', '?', '*', '/']) >= 0 || name.Length is 0 or > 255)
            throw new RpcException(
                new(StatusCode.InvalidArgument, $"Validation error in body: [collection_name: {name} is not allowed]"));
        if (_aliases.ContainsKey(name) || _collections.ContainsKey(name))
            throw Exists(name);
        _collections.Add(name, new(create));
        return true;
    });

    public bool Delete(string name) => Locked(() =>
    {
        foreach (var alias in _aliases.Where(alias => alias.Value == name).Select(alias => alias.Key).ToList())
            _aliases.Remove(alias);
        return _collections.Remove(name);
    });

    public bool Change(IEnumerable<AliasOperations> actions) => Locked(() =>
    {
        foreach (var action in actions)
            if (action.CreateAlias is { } create)
            {
                if (!_collections.ContainsKey(create.CollectionName))
                    throw Absent(create.CollectionName);
                if (_collections.ContainsKey(create.AliasName))
                    throw Exists(create.AliasName);
                _aliases[create.AliasName] = create.CollectionName;
            }
            else
            {
                _aliases.Remove(action.DeleteAlias.AliasName);
            }
        return true;
    });

    private static RpcException Absent(string name) =>
        new(new(StatusCode.NotFound, $"Not found: Collection `{name}` doesn't exist!"));

    private static RpcException Exists(string name) =>
        new(new(StatusCode.AlreadyExists, $"Wrong input: Collection `{name}` already exists!"));
}
