namespace TcMgc.Model;

/// <summary>What a tensor's elements are.</summary>
public enum ElementType
{
    /// <summary>32-bit float.</summary>
    Float32,

    /// <summary>Unsigned byte: pixels.</summary>
    UInt8,

    /// <summary>64-bit integer: token ids, shapes, indices.</summary>
    Int64,

    /// <summary>Boolean.</summary>
    Bool,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>bfloat16: the upper half of a 32-bit float.</summary>
    BFloat16,
}

/// <summary>Facts about element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Bool => 1,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Float32 => 4,
        ElementType.Int64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };
}
