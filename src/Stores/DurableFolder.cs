using System.Runtime.InteropServices;

namespace TcMgc.Stores;

/// <summary>
/// Makes the names in a folder durable. A file that was flushed survives a power failure, but its name only if its folder was
/// flushed as well, for which .NET has no call.
/// </summary>
public static partial class DurableFolder
{
    private const int ReadOnly = 0, Invalid = 22;

    /// <summary>Flushes a folder to the disk; on Windows the file system does so itself.</summary>
    /// <exception cref="IOException">It cannot be flushed.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(folder, ReadOnly);
        if (handle < 0)
            throw Error(folder);
        try
        {
            // Network file systems that keep names durable by themselves refuse the call.
            if (Sync(handle) < 0 && Marshal.GetLastPInvokeError() != Invalid)
                throw Error(folder);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>Flushes a folder and those above it, up to another.</summary>
    /// <param name="folder">The folder, below <paramref name="top"/> or the same.</param>
    /// <param name="top">The last one.</param>
    /// <param name="flush">Flushes one.</param>
    internal static void FlushUpTo(string folder, string top, Action<string> flush)
    {
        for (var at = folder; ; at = Path.GetDirectoryName(at)!)
        {
            flush(at);
            if (at == top)
                return;
        }
    }

    private static IOException Error(string folder)
    {
        var code = Marshal.GetLastPInvokeError();
        return new($"{folder} cannot be flushed: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
