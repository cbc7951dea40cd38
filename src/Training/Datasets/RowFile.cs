using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;

namespace TcMgc.Training.Datasets;

/// <summary>
/// A cache file of equally long rows, each with a count of its items, memory-mapped for reading. Little endian: magic, key (what
/// the rows were made from), row count, row bytes, an int32 count for each row, then from a 64-byte boundary the rows.
/// </summary>
internal sealed unsafe class RowFile : IDisposable
{
    private const int Alignment = 64, MaxKeyLength = 4096;
    private static ReadOnlySpan<byte> Magic => "TCMGROW1"u8;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _rows;

    private RowFile(MemoryMappedFile file, MemoryMappedViewAccessor view, int[] counts, long rowBytes, long start)
    {
        _file = file;
        _view = view;
        Counts = counts;
        RowBytes = rowBytes;
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _rows = pointer + start;
    }

    /// <summary>Number of items in each row, in the writer's unit.</summary>
    public IReadOnlyList<int> Counts { get; }

    public long RowBytes { get; }

    /// <summary>A row, valid until the file is closed.</summary>
    public ReadOnlySpan<T> Row<T>(int index) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Counts.Count, nameof(index));
        return MemoryMarshal.Cast<byte, T>(new ReadOnlySpan<byte>(_rows + (index * RowBytes), checked((int)RowBytes)));
    }

    /// <summary>The file if it is complete and was made for this key, else null.</summary>
    public static RowFile? TryOpen(string path, string key, int rows, long rowBytes)
    {
        if (!File.Exists(path))
            return null;
        using (var stream = File.OpenRead(path))
        {
            var header = Header(key, rows, rowBytes);
            var start = Align(header.Length + (4L * rows));
            if (stream.Length != start + (rows * rowBytes))
                return null;
            var found = new byte[header.Length];
            stream.ReadExactly(found);
            if (!found.AsSpan().SequenceEqual(header))
                return null;
            var counts = new int[rows];
            stream.ReadExactly(MemoryMarshal.AsBytes(counts.AsSpan()));
            if (rows == 0 || rowBytes == 0)
                return null;
            var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            return new(file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), counts, rowBytes, start);
        }
    }

    /// <summary>Starts a file, which appears at its path when the writer is completed.</summary>
    public static Writer Create(string path, string key, int rows, long rowBytes) => new(path, key, rows, rowBytes);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static byte[] Header(string key, int rows, long rowBytes)
    {
        var name = Encoding.UTF8.GetBytes(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxKeyLength, nameof(key));
        var header = new byte[Magic.Length + 4 + name.Length + 12];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), name.Length);
        name.CopyTo(header, 12);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12 + name.Length), rows);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16 + name.Length), rowBytes);
        return header;
    }

    private static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    /// <summary>Writes rows in any order, from any thread.</summary>
    internal sealed class Writer : IDisposable
    {
        private readonly string _path, _partial;
        private readonly FileStream _stream;
        private readonly int[] _counts;
        private readonly long _countsAt, _start, _rowBytes;

        internal Writer(string path, string key, int rows, long rowBytes)
        {
            _path = path;
            _partial = path + ".partial";
            _counts = new int[rows];
            _rowBytes = rowBytes;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _stream = new(_partial, FileMode.Create, FileAccess.Write, FileShare.None);
            var header = Header(key, rows, rowBytes);
            _stream.Write(header);
            _stream.Flush();
            _countsAt = header.Length;
            _start = Align(_countsAt + (4L * rows));
            _stream.SetLength(_start + (rows * rowBytes));
        }

        /// <summary>Writes a row; a shorter one is filled up with zeros.</summary>
        public void Write(int index, int count, ReadOnlySpan<byte> row)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(row.Length, _rowBytes, nameof(row));
            _counts[index] = count;
            RandomAccess.Write(_stream.SafeFileHandle, row, _start + (index * _rowBytes));
        }

        /// <summary>Completes the file and moves it to its path.</summary>
        public void Complete()
        {
            RandomAccess.Write(_stream.SafeFileHandle, MemoryMarshal.AsBytes(_counts.AsSpan()), _countsAt);
            _stream.Dispose();
            File.Move(_partial, _path, overwrite: true);
        }

        public void Dispose()
        {
            _stream.Dispose();
            File.Delete(_partial);
        }
    }
}
