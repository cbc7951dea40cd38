using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>Tensors of 32-bit floats and plain memory.</summary>
internal static class TensorMemory
{
    /// <summary>The memory of a tensor on the processor, row by row; valid until it is disposed.</summary>
    public static Span<float> Memory(this Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>A copy of a tensor's values, row by row, whatever its device.</summary>
    public static float[] Floats(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32, CPU).contiguous().Memory().ToArray();
    }

    /// <summary>Gives a tensor other values, row by row, whatever its device.</summary>
    public static void Set(this Tensor tensor, ReadOnlySpan<float> values)
    {
        using var mode = no_grad();
        using var host = empty(tensor.shape, ScalarType.Float32);
        values.CopyTo(host.Memory());
        tensor.copy_(host);
    }
}
