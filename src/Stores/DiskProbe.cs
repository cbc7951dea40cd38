namespace TcMgc.Stores;

/// <summary>Finds out whether a folder can be written: reading goes on when a disk is full, or has become read-only.</summary>
internal static class DiskProbe
{
    private const int Bytes = 4096;

    /// <summary>Writes a few bytes through to the disk, and removes them.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be written.</exception>
    public static void Write(string folder)
    {
        var options = OwnerOnly.Options(FileMode.CreateNew, FileAccess.Write, FileShare.None);
        options.Options = FileOptions.DeleteOnClose;
        options.BufferSize = 0;
        using var file = new FileStream(Path.Combine(folder, $".probe-{Guid.NewGuid():N}"), options);
        file.Write(new byte[Bytes]);
        file.Flush(flushToDisk: true);
    }
}
