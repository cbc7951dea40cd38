namespace TcMgc.Model.Checkpoints;

/// <summary>The names that a checkpoint's pickle may refer to, and what comes of them. There is no way to any other.</summary>
internal static class TorchGlobals
{
    private const string OrderedDictionary = "collections.OrderedDict", Parameter = "torch._utils._rebuild_parameter",
        Tensor = "torch._utils._rebuild_tensor", TensorV2 = "torch._utils._rebuild_tensor_v2", Size = "torch.Size",
        TypeTag = "torch.jit._pickle.restore_type_tag", ScriptModules = "__torch__";

    private const int MaximumRank = 8, TensorArguments = 4;

    private static readonly HashSet<string> s_functions =
    [
        OrderedDictionary, Parameter, Tensor, TensorV2, Size, TypeTag, "torch.jit._pickle.build_intlist",
        "torch.jit._pickle.build_doublelist",
        "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensorlist",
    ];

    /// <summary>Types of elements by the storage class that stands for them.</summary>
    private static readonly Dictionary<string, ElementType> s_storages = new()
    {
        ["torch.FloatStorage"] = ElementType.Float32,
        ["torch.HalfStorage"] = ElementType.Float16,
        ["torch.BFloat16Storage"] = ElementType.BFloat16,
        ["torch.LongStorage"] = ElementType.Int64,
        ["torch.ByteStorage"] = ElementType.UInt8,
        ["torch.BoolStorage"] = ElementType.Bool,
    };

    /// <summary>A name of the allow list.</summary>
    /// <exception cref="ModelException">It is not there: the message says which it is.</exception>
    public static PickleGlobal Resolve(string source, string module, string name)
    {
        var global = new PickleGlobal(module, name);
        if (s_functions.Contains(global.FullName) || s_storages.ContainsKey(global.FullName) || IsScriptModule(global))
            return global;
        if (module == "torch" && name.EndsWith("Storage", StringComparison.Ordinal))
            throw new ModelException(
                $"{source}: has tensors of '{Printable.Name(global.FullName)}'; float (32, 16, bfloat16), int64, bytes and bool "
                    + "are read");
        throw new ModelException(
            $"{source}: refused: its pickle refers to '{Printable.Name(global.FullName)}', and only tensors, numbers, strings "
                + "and containers are read; save the model's state_dict() alone");
    }

    /// <summary>What calling an allowed name yields.</summary>
    public static object? Call(string source, PickleGlobal function, IReadOnlyList<object?> arguments) =>
        (function.FullName, arguments) switch
        {
            (OrderedDictionary, []) => new PickleDictionary(),
            (Tensor or TensorV2, { Count: >= TensorArguments }) => View(source, arguments),
            (Parameter, [TorchTensor tensor, ..]) => tensor,
            (TypeTag, [var value, string]) => value,
            (Size, [PickleTuple sizes]) => sizes,
            _ when function.Module == "torch.jit._pickle" && arguments is [PickleList list] => list,
            _ => throw new ModelException(
                $"{source}: its pickle is damaged: '{Printable.Name(function.FullName)}' has other arguments than it takes"),
        };

    /// <summary>A TorchScript module that is yet without attributes.</summary>
    public static PickleModule New(string source, PickleGlobal type) => IsScriptModule(type)
        ? new(type.FullName)
        : throw new ModelException($"{source}: refused: its pickle makes an object of '{Printable.Name(type.FullName)}'");

    /// <summary>The storage of a persistent id: ("storage", class, key, device, elements).</summary>
    public static TorchStorage Storage(string source, object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long and >= 0 and var count] })
            throw new ModelException($"{source}: its pickle is damaged: a tensor's storage is not described as PyTorch does");
        return s_storages.TryGetValue(type.FullName, out var element)
            ? new(key, element, count)
            : throw new ModelException($"{source}: its pickle is damaged: '{Printable.Name(type.FullName)}' is no storage");
    }

    private static bool IsScriptModule(PickleGlobal global) =>
        global.Module == ScriptModules || global.Module.StartsWith(ScriptModules + '.', StringComparison.Ordinal);

    private static TorchTensor View(string source, IReadOnlyList<object?> arguments)
    {
        if (arguments is not [TorchStorage storage, long and >= 0 and var offset, PickleTuple sizes, PickleTuple strides, ..]
            || sizes.Items.Count != strides.Items.Count || sizes.Items.Count > MaximumRank
            || sizes.Items.Any(d => d is not (>= 0L and <= int.MaxValue)) || strides.Items.Any(s => s is not >= 0L))
            throw new ModelException($"{source}: its pickle is damaged: a tensor's shape cannot be");
        var tensor = new TorchTensor(
            storage, offset, [.. sizes.Items.Select(d => (int)(long)d!)], [.. strides.Items.Select(s => (long)s!)]);
        return tensor.FitsStorage() ? tensor : throw new ModelException(
            $"{source}: its pickle is damaged: a tensor lies outside its storage '{Printable.Name(storage.Key)}'");
    }
}
