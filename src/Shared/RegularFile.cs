using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TcMgc.Shared;

/// <summary>
/// Opens files that somebody else may replace at any moment: regular files only, without waiting for the other end of a pipe, and
/// not through a link that has taken the file's place.
/// </summary>
public static partial class RegularFile
{
    private const int NoSuchEntry = 2, NotPermitted = 1, AccessDenied = 13, NotAFolder = 20;

    // open(2) of Linux and of macOS: O_RDONLY is 0.
    private static readonly int s_flags = OperatingSystem.IsMacOS()
        ? 0x4 | 0x100 | 0x1000000
        : 0x800 | 0x80000 | (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000);

    private static int LoopOfLinks => OperatingSystem.IsMacOS() ? 62 : 40;

    /// <summary>The path of a file or folder without links: this is the one place where they are followed.</summary>
    /// <returns>An absolute path; null where the path leads nowhere.</returns>
    public static string? RealPath(string path)
    {
        var found = ResolvePath(Path.GetFullPath(path), 0);
        if (found == 0)
            return null;
        var real = Marshal.PtrToStringUTF8(found);
        Free(found);
        return real;
    }

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">Its path; the last part must be the file itself, not a link.</param>
    /// <param name="root">
    /// A folder's real path, in which the opened file must lie, whatever the folders on its path have become; null: anywhere.
    /// </param>
    /// <returns>A file of at least one byte that can seek.</returns>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    /// <exception cref="IOException">It is a link, empty, no regular file, or lies outside the root.</exception>
    public static FileStream Open(string path, string? root = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var handle = new SafeFileHandle(OpenFile(path, s_flags), ownsHandle: true);
        if (handle.IsInvalid)
            throw Error(Marshal.GetLastPInvokeError(), path);
        try
        {
            // Pipes cannot seek; devices, and what a pipe holds, have no length.
            var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            if (!file.CanSeek || file.Length == 0)
                throw new IOException("it is empty, or not a regular file");
            return root is null || IsBelow(PathOf(handle, path), root) ? file
                : throw new IOException($"it lies outside '{root}'");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether a real path is below a folder's real path.</summary>
    public static bool IsBelow(string path, string root)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);
    }

    /// <summary>Where an open file lies. Linux tells; elsewhere its path is followed once more.</summary>
    private static string PathOf(SafeFileHandle file, string path) =>
        new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget ?? RealPath(path) ?? path;

    private static Exception Error(int number, string path) => number switch
    {
        NoSuchEntry or NotAFolder => new FileNotFoundException("it does not exist", path),
        AccessDenied or NotPermitted => new UnauthorizedAccessException("permission denied"),
        _ when number == LoopOfLinks => new IOException("a link is in its place"),
        _ => new IOException(new Win32Exception(number).Message),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, nint into);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
