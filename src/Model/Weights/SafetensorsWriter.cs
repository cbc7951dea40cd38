using System.Runtime.InteropServices;
using System.Text.Json;

namespace TcMgc.Model.Weights;

/// <summary>Where floats lie, row by row; valid until what owns them changes.</summary>
public delegate ReadOnlySpan<float> FloatMemory();

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
/// <param name="Write">Writes exactly its bytes, row by row.</param>
public sealed record TensorSource(string Name, ElementType Type, IReadOnlyList<int> Shape, Action<Stream> Write)
{
    /// <summary>Its bytes.</summary>
    public long Length => Shape.Aggregate((long)Type.Size(), (bytes, size) => bytes * size);

    /// <summary>Its elements.</summary>
    public long Count => Length / Type.Size();

    /// <summary>A tensor of floats that lie in memory; they are read when it is written.</summary>
    public static TensorSource Floats(string name, IReadOnlyList<int> shape, FloatMemory values) =>
        new(name, ElementType.Float32, shape, stream => stream.Write(MemoryMarshal.AsBytes(values())));

    /// <summary>Its elements as floats, row by row.</summary>
    /// <exception cref="ModelException">It holds something else than floats.</exception>
    public float[] ReadFloats()
    {
        var floats = new float[Count];
        FloatConversion.ToFloat32(Type, Read(), floats);
        return floats;
    }

    /// <summary>Its bytes, row by row.</summary>
    public byte[] Read()
    {
        var bytes = new byte[Length];
        using var target = new MemoryStream(bytes);
        Write(target);
        return bytes;
    }
}

/// <summary>Writes safetensors files, one tensor in memory at a time.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 64;

    /// <summary>Writes the file. Large tensors come first, so that they start at multiples of 64 bytes.</summary>
    /// <exception cref="ArgumentException">A tensor wrote more or fewer bytes than its shape has.</exception>
    public static void Write(string path, IEnumerable<TensorSource> tensors)
    {
        TensorSource[] ordered = [.. tensors.OrderBy(t => t.Length % Alignment != 0).ThenBy(t => t.Name, StringComparer.Ordinal)];
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        var header = Header(ordered);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(header);
        foreach (var tensor in ordered)
        {
            var start = file.Position;
            tensor.Write(file);
            if (file.Position - start != tensor.Length)
                throw new ArgumentException(
                    $"'{tensor.Name}' wrote {file.Position - start} bytes, its shape has {tensor.Length}", nameof(tensors));
        }
        file.Flush(flushToDisk: true);
    }

    private static byte[] Header(IEnumerable<TensorSource> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            long offset = 0;
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", Dtype(tensor.Type));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while ((buffer.Length + sizeof(long)) % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static string Dtype(ElementType type) => type switch
    {
        ElementType.Float32 => "F32",
        ElementType.Float16 => "F16",
        ElementType.BFloat16 => "BF16",
        ElementType.Int64 => "I64",
        ElementType.UInt8 => "U8",
        ElementType.Bool => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };
}
