using System.IO.Compression;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// A PyTorch file since 1.6, a zip archive of a pickle and of storages: a state dict that torch.save wrote, or a TorchScript
/// module. PyTorch stores both uncompressed, and only so they are read: no entry can be larger than the file.
/// </summary>
internal sealed class TorchArchive : IDisposable
{
    private const string PickleEntry = "data.pkl", StorageFolder = "data/", ByteOrderEntry = "byteorder";
    private const int MaximumByteOrder = 16;

    private readonly string _path;
    private readonly ZipArchive _zip;
    private readonly string _root;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;
    private (string Key, byte[] Bytes) _lastStorage = ("", []);

    private TorchArchive(string path, ZipArchive zip)
    {
        (_path, _zip) = (path, zip);
        _entries = new(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
            if (!_entries.TryAdd(entry.FullName, entry))
                throw new ModelException($"{path}: its entry '{Printable.Name(entry.FullName)}' is there twice");
        var pickles = _entries.Keys.Where(
            name => name.EndsWith("/" + PickleEntry, StringComparison.Ordinal) && name.Count(c => c == '/') == 1).ToArray();
        if (pickles is not [var pickle])
            throw new ModelException($"{path}: is a zip archive, but none that PyTorch wrote (it has no single {PickleEntry})");
        _root = pickle[..^PickleEntry.Length];
    }

    /// <summary>Opens an archive and finds its tensors.</summary>
    /// <exception cref="ModelException">It is damaged, or its pickle is refused.</exception>
    public static TorchArchive Open(string path)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new(ModelFile.Open(path), ZipArchiveMode.Read);
            var archive = new TorchArchive(path, zip);
            zip = null;
            return archive;
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(path, error);
        }
        finally
        {
            zip?.Dispose();
        }
    }

    /// <summary>Its tensors, by the names they have in the archive.</summary>
    /// <exception cref="ModelException">Its pickle is damaged, refused, or holds no tensors.</exception>
    public IReadOnlyList<TensorSource> Tensors()
    {
        if (_entries.ContainsKey(_root + ByteOrderEntry) && !Read(_root + ByteOrderEntry, MaximumByteOrder).AsSpan()
            .SequenceEqual("little"u8))
            throw new ModelException($"{_path}: was written on a big-endian machine; save it again on a little-endian one");
        var root = Unpickler.Read(_path, Read(_root + PickleEntry, Unpickler.MaximumLength));
        return [.. StateDict.Tensors(_path, root).Select(t => Source(t.Name, t.Tensor))];
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();

    private TensorSource Source(string name, TorchTensor tensor)
    {
        var storage = tensor.Storage;
        var entry = Entry(_root + StorageFolder + storage.Key);
        if ((Int128)storage.Count * storage.Type.Size() != entry.Length || entry.Length > Array.MaxLength)
            throw new ModelException(
                $"{_path}: the storage of '{name}' has {entry.Length} bytes, which is not {storage.Count} of {storage.Type}");
        return new(name, storage.Type, tensor.Shape, target => tensor.WriteRows(Storage(storage.Key), target));
    }

    /// <summary>A storage's bytes; the last is kept, since tensors that share one come one after the other.</summary>
    private byte[] Storage(string key)
    {
        if (_lastStorage.Key != key)
            _lastStorage = (key, Read(_root + StorageFolder + key, Array.MaxLength));
        return _lastStorage.Bytes;
    }

    private byte[] Read(string name, int limit)
    {
        var entry = Entry(name);
        if (entry.Length > limit)
            throw new ModelException(
                $"{_path}: its entry '{Printable.Name(name)}' has {entry.Length} bytes, more than it can have");
        try
        {
            var bytes = new byte[entry.Length];
            using var stream = entry.Open();
            stream.ReadExactly(bytes);
            return Crc32.Of(bytes) == entry.Crc32
                ? bytes
                : throw new ModelException(
                    $"{_path}: the archive is damaged: the checksum of '{Printable.Name(name)}' is wrong; fetch it again");
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(_path, error);
        }
    }

    private ZipArchiveEntry Entry(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw new ModelException($"{_path}: its entry '{Printable.Name(name)}' is missing");
        return entry.Length == entry.CompressedLength
            ? entry
            : throw new ModelException(
                $"{_path}: its entry '{Printable.Name(name)}' is compressed; PyTorch stores tensors as they are, so this is no "
                    + "file of its making");
    }

    // What ZipArchive throws at damaged archives: InvalidData for what it checks, the others for what it does not.
    private static bool IsDamage(Exception error) =>
        error is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException
        or OverflowException;

    private static ModelException Damaged(string path, Exception error) => error is UnauthorizedAccessException
        ? new($"{path}: cannot be read: {error.Message}", error)
        : new($"{path}: the archive is damaged or cut short: {error.Message}", error);
}
