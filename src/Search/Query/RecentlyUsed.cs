using System.Diagnostics.CodeAnalysis;

namespace TcMgc.Search.Query;

/// <summary>Keeps the values that were used last, up to a bound on what they take together. Safe for concurrent use.</summary>
/// <param name="capacity">Most that all values take together; 0 keeps none.</param>
/// <param name="sizeOf">What a value takes, in the unit of the capacity.</param>
internal sealed class RecentlyUsed<TKey, TValue>(long capacity, Func<TValue, long> sizeOf)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _values = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = new(); // The one used last is the first.

    /// <summary>What the values take together.</summary>
    public long Size { get; private set; }

    /// <summary>The value of a key, which counts as a use.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (!_values.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Keeps a value, instead of the key's former one; those unused for longest make room.</summary>
    /// <returns>The keys of those that are no longer kept, which may be this one.</returns>
    public IReadOnlyList<TKey> Add(TKey key, TValue value)
    {
        List<TKey>? gone = null;
        lock (_gate)
        {
            if (_values.TryGetValue(key, out var former))
                Remove(former);
            _values.Add(key, _byUse.AddFirst((key, value)));
            Size += sizeOf(value);
            while (Size > capacity)
            {
                (gone ??= []).Add(_byUse.Last!.Value.Key);
                Remove(_byUse.Last);
            }
        }
        return gone ?? (IReadOnlyList<TKey>)[];
    }

    private void Remove(LinkedListNode<(TKey Key, TValue Value)> node)
    {
        _byUse.Remove(node);
        _values.Remove(node.Value.Key);
        Size -= sizeOf(node.Value.Value);
    }
}
