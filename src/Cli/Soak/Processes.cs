using System.Globalization;
using System.Runtime.InteropServices;

namespace TcMgc.Cli.Soak;

/// <summary>What Linux lets one process do to another, and see of it.</summary>
internal static partial class Processes
{
    private const int FileSize = 1; // RLIMIT_FSIZE.

    public const int Kill = 9, Stop = 19, Continue = 18, Terminate = 15;

    /// <summary>Sends a signal; nothing happens where the process has ended.</summary>
    public static void Send(int process, int signal) => _ = Signal(process, signal);

    /// <summary>Lets a process write no byte to any file, or what it could before.</summary>
    /// <param name="process">The process.</param>
    /// <param name="isFull">Whether nothing can be written.</param>
    public static void LimitFiles(int process, bool isFull)
    {
        _ = GetLimit(process, FileSize, 0, out var limit);
        limit.Now = isFull ? 0 : limit.Most;
        _ = SetLimit(process, FileSize, in limit, 0);
    }

    /// <summary>Memory of a process in bytes (its resident set), and how many files, sockets and pipes it has open.</summary>
    /// <returns>Null where it has ended.</returns>
    public static (long Bytes, int Handles)? Usage(int process)
    {
        try
        {
            var pages = File.ReadAllText($"/proc/{process}/statm").Split(' ')[1];
            return (long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize,
                Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The processes of a name that a process has started, or one that it has started.</summary>
    public static IReadOnlyList<int> Below(int process, params string[] names)
    {
        var all = new Dictionary<int, (string Name, int Parent)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is { } read)
                all[id] = read;
        return [.. all.Where(one => names.Contains(one.Value.Name) && IsBelow(one.Key)).Select(one => one.Key)];

        bool IsBelow(int id)
        {
            while (all.TryGetValue(id, out var one) && one.Parent != id)
                if ((id = one.Parent) == process)
                    return true;
            return false;
        }
    }

    /// <summary>Name and parent of a process; null where it has ended.</summary>
    private static (string Name, int Parent)? Read(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat"); // 12 (name) S 3 …
            var (from, to) = (line.IndexOf('(', StringComparison.Ordinal), line.LastIndexOf(')'));
            return (line[(from + 1)..to], int.Parse(line[(to + 2)..].Split(' ')[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int GetLimit(int process, int resource, nint none, out Limit limit);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int SetLimit(int process, int resource, in Limit limit, nint none);

    private struct Limit
    {
        public ulong Now, Most;
    }
}
