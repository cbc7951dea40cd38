using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Weights;

/// <summary>A tensor in a weight file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
/// <param name="Offset">Where its first byte is, from the start of the file.</param>
/// <param name="Length">Its bytes.</param>
public sealed record WeightEntry(string Name, ElementType Type, IReadOnlyList<int> Shape, long Offset, long Length);

/// <summary>A safetensors file, mapped into memory: tensors are views over the file.</summary>
public sealed unsafe class WeightFile : IDisposable
{
    private const int LengthBytes = 8, MaximumHeader = 16 << 20, MaximumRank = 8, LongestName = 500;

    private readonly FileStream _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    private WeightFile(string path, FileStream file, MemoryMappedFile mapping, MemoryMappedViewAccessor view,
        IReadOnlyDictionary<string, WeightEntry> entries)
    {
        (Path, _file, _mapping, _view, Entries) = (path, file, mapping, view, entries);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its tensors by name.</summary>
    public IReadOnlyDictionary<string, WeightEntry> Entries { get; }

    /// <summary>Maps a file and checks its header against its length.</summary>
    /// <exception cref="ModelException">It is missing, no safetensors file, or damaged.</exception>
    public static WeightFile Open(string path)
    {
        FileStream? file = ModelFile.Open(path);
        MemoryMappedFile? mapping = null;
        try
        {
            var entries = ReadHeader(path, file);
            mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
                leaveOpen: true);
            var opened = new WeightFile(
                path, file, mapping, mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), entries);
            (file, mapping) = (null, null);
            return opened;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelException($"{path}: cannot be read: {error.Message}", error);
        }
        finally
        {
            mapping?.Dispose();
            file?.Dispose();
        }
    }

    /// <summary>
    /// Reads a tensor's bytes into memory; unlike <see cref="Bytes"/> this keeps no part of the file in the process's memory.
    /// </summary>
    /// <exception cref="ModelException">The file became shorter meanwhile.</exception>
    public void Read(string name, Span<byte> target)
    {
        var entry = Entry(name);
        var length = checked((int)entry.Length);
        for (var done = 0; done < length;)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, target[done..length], entry.Offset + done);
            if (read == 0)
                throw new ModelException($"{Path}: '{name}' cannot be read: the file has become shorter");
            done += read;
        }
    }

    /// <summary>A tensor's bytes, a view over the file.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        var entry = Entry(name);
        return new(_start + entry.Offset, checked((int)entry.Length));
    }

    /// <summary>A tensor's elements as floats, whichever of the three float types it is stored in.</summary>
    public float[] ReadFloats(string name)
    {
        var entry = Entry(name);
        var bytes = Bytes(name);
        var floats = new float[bytes.Length / entry.Type.Size()];
        FloatConversion.ToFloat32(entry.Type, bytes, floats);
        return floats;
    }

    /// <summary>A tensor's elements as integers.</summary>
    public long[] ReadInt64(string name) => Entry(name).Type == ElementType.Int64
        ? MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray()
        : throw new ModelException($"{Path}: '{name}' is {Entry(name).Type}, not integers");

    /// <summary>
    /// Its tensors as sources of another file, in the order in which they lie here; not to be read once this is disposed.
    /// </summary>
    public IReadOnlyList<TensorSource> Sources() =>
        [.. Entries.Values.OrderBy(e => e.Offset)
            .Select(e => new TensorSource(e.Name, e.Type, e.Shape, target => target.Write(Bytes(e.Name))))];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_start is null)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _start = null;
        _view.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }

    private WeightEntry Entry(string name) => Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new ModelException($"{Path}: has no tensor '{name}'");

    private static Dictionary<string, WeightEntry> ReadHeader(string path, FileStream file)
    {
        var fileLength = file.Length;
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        if (fileLength < LengthBytes || file.ReadAtLeast(lengthBytes, LengthBytes, throwOnEndOfStream: false) < LengthBytes)
            throw new ModelException($"{path}: too short for a safetensors file");
        var headerLength = BitConverter.ToInt64(lengthBytes);
        if (headerLength is < 2 or > MaximumHeader || headerLength > fileLength - LengthBytes)
            throw new ModelException($"{path}: not a safetensors file, or one cut short");
        var header = new byte[headerLength];
        file.ReadExactly(header);
        try
        {
            return ParseHeader(path, header, LengthBytes + headerLength, fileLength);
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ModelException($"{path}: its safetensors header is damaged: {Printable.Name(error.Message)}", error);
        }
    }

    private static Dictionary<string, WeightEntry> ParseHeader(string path, byte[] header, long dataStart, long fileLength)
    {
        using var json = JsonDocument.Parse(header);
        var entries = new Dictionary<string, WeightEntry>(StringComparer.Ordinal);
        foreach (var property in json.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
        {
            var name = property.Name;
            if (name.Length > LongestName || name.Any(char.IsControl))
                throw new ModelException($"{path}: a tensor's name cannot be: '{Printable.Name(name)}'");
            var type = Type(path, name, property.Value.GetProperty("dtype").GetString());
            int[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
            long[] range = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64())];
            if (range.Length != 2 || range[0] < 0 || range[1] < range[0] || range[1] > fileLength - dataStart)
                throw new ModelException($"{path}: '{name}' lies outside the file; is it cut short?");
            if (range[1] - range[0] > Array.MaxLength)
                throw new ModelException($"{path}: '{name}' has {range[1] - range[0]} bytes; up to {Array.MaxLength} are read");
            if (shape.Length > MaximumRank || shape.Any(d => d < 0) || ByteLength(type, shape) != range[1] - range[0])
                throw new ModelException(
                    $"{path}: '{name}' has {range[1] - range[0]} bytes, which is not [{string.Join(", ", shape)}] of {type}");
            if (!entries.TryAdd(name, new(name, type, shape, dataStart + range[0], range[1] - range[0])))
                throw new ModelException($"{path}: '{name}' is there twice");
        }
        var end = dataStart;
        foreach (var entry in entries.Values.OrderBy(e => e.Offset).ThenBy(e => e.Length))
        {
            if (entry.Offset < end)
                throw new ModelException($"{path}: '{entry.Name}' overlaps another tensor");
            end = entry.Offset + entry.Length;
        }
        return entries;
    }

    private static Int128 ByteLength(ElementType type, IEnumerable<int> shape) =>
        shape.Aggregate((Int128)type.Size(), (bytes, size) => Int128.Min(bytes * size, long.MaxValue));

    private static ElementType Type(string path, string name, string? dtype) => dtype switch
    {
        "F32" => ElementType.Float32,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "I64" => ElementType.Int64,
        "U8" => ElementType.UInt8,
        "BOOL" => ElementType.Bool,
        _ => throw new ModelException(
            $"{path}: '{name}' is of type '{Printable.Name(dtype ?? "null")}'; float (32, 16, bfloat16), int64, bytes and bool "
                + "are read"),
    };
}
