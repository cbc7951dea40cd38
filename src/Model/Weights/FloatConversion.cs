using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace TcMgc.Model.Weights;

/// <summary>The float types of checkpoints, as 32-bit floats.</summary>
internal static class FloatConversion
{
    /// <summary>Widens elements stored as <paramref name="type"/>.</summary>
    public static void ToFloat32(ElementType type, ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(floats);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), floats);
                break;
            case ElementType.BFloat16:
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < upper.Length; i++)
                    floats[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                break;
            default:
                throw new ModelException($"{type} is no float type");
        }
    }
}
