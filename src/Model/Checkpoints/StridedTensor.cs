namespace TcMgc.Model.Checkpoints;

/// <summary>Views over storages, as PyTorch has them, to tensors in rows.</summary>
internal static class StridedTensor
{
    /// <summary>Elements of the tensor.</summary>
    public static Int128 Count(this TorchTensor tensor) =>
        tensor.Shape.Aggregate((Int128)1, (count, size) => Int128.Min(count * size, long.MaxValue));

    /// <summary>
    /// Whether every element lies in the storage, and no more elements than the storage has: a view that repeats its elements
    /// could claim any size.
    /// </summary>
    public static bool FitsStorage(this TorchTensor tensor)
    {
        var count = tensor.Count();
        if (count == 0)
            return true;
        Int128 last = tensor.Offset;
        for (var axis = 0; axis < tensor.Shape.Count; axis++)
            last += (Int128)(tensor.Shape[axis] - 1) * tensor.Strides[axis];
        return last < tensor.Storage.Count && count <= tensor.Storage.Count;
    }

    /// <summary>Writes the tensor's elements row by row.</summary>
    /// <param name="tensor">The view; fits its storage.</param>
    /// <param name="storage">All of the storage's bytes.</param>
    /// <param name="target">Receives the elements.</param>
    public static void WriteRows(this TorchTensor tensor, ReadOnlySpan<byte> storage, Stream target)
    {
        var (size, count) = (tensor.Storage.Type.Size(), (int)tensor.Count());
        if (count == 0)
            return;
        if (tensor.IsContiguous())
        {
            target.Write(storage.Slice((int)tensor.Offset * size, count * size));
            return;
        }
        var rows = new byte[count * size];
        var index = new int[tensor.Shape.Count];
        for (var element = 0; element < count; element++)
        {
            var from = tensor.Offset;
            for (var axis = 0; axis < index.Length; axis++)
                from += index[axis] * tensor.Strides[axis];
            storage.Slice((int)from * size, size).CopyTo(rows.AsSpan(element * size));
            Advance(index, tensor.Shape);
        }
        target.Write(rows);
    }

    private static bool IsContiguous(this TorchTensor tensor)
    {
        long expected = 1;
        for (var axis = tensor.Shape.Count - 1; axis >= 0; axis--)
        {
            if (tensor.Shape[axis] != 1 && tensor.Strides[axis] != expected)
                return false;
            expected *= tensor.Shape[axis];
        }
        return true;
    }

    private static void Advance(int[] index, IReadOnlyList<int> shape)
    {
        for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            index[axis] = 0;
    }
}
