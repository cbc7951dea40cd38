namespace TcMgc.Model.Checkpoints;

// What a restricted unpickler yields besides null, bool, long, double and string.

/// <summary>A list; it may hold itself.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A tuple.</summary>
internal sealed class PickleTuple(IReadOnlyList<object?> items)
{
    public IReadOnlyList<object?> Items { get; } = items;
}

/// <summary>A dict or OrderedDict, in the order in which it was filled.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>The last value of a key, as Python would keep it; null where there is none.</summary>
    public object? this[string key] => Entries.FindLast(e => e.Key is string name && name == key).Value;
}

/// <summary>A TorchScript module: its attributes, and of its class nothing but the name.</summary>
internal sealed class PickleModule(string className)
{
    public string ClassName { get; } = className;

    public PickleDictionary Attributes { get; set; } = new();
}

/// <summary>A name that the pickle refers to; only names of the allow list come to be.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public string FullName { get; } = $"{Module}.{Name}";
}

/// <summary>Where a tensor's elements lie: an entry of the archive.</summary>
/// <param name="Key">Name of the entry.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Count">Its elements.</param>
internal sealed record TorchStorage(string Key, ElementType Type, long Count);

/// <summary>A tensor as a view over a storage, in elements.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, IReadOnlyList<int> Shape, IReadOnlyList<long> Strides);
