using TcMgc.Shared;

namespace TcMgc.Ingest.Files;

/// <summary>The video files that a user's paths stand for.</summary>
/// <param name="Paths">Absolute, each once, in the order of the paths given and by name within a folder.</param>
/// <param name="Unreadable">One line for each folder that could not be listed.</param>
public sealed record MediaFiles(IReadOnlyList<string> Paths, IReadOnlyList<string> Unreadable)
{
    private static readonly HashSet<string> VideoExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".h264", ".hevc", ".ivf", ".m1v", ".m2ts", ".m2v",
        ".m4v", ".mjpeg", ".mkv", ".mod", ".mov", ".mp4", ".mpe", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogg", ".ogv", ".qt",
        ".rm", ".rmvb", ".tod", ".ts", ".vob", ".webm", ".wmv", ".wtv", ".y4m",
    };

    /// <summary>
    /// Expands paths: a file counts whatever its extension; of a folder the files below it whose extension is a video's, without
    /// hidden ones; links are followed once.
    /// </summary>
    /// <exception cref="UserException">A path does not exist, or there is no video in a folder.</exception>
    public static MediaFiles Find(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var found = new List<string>();
        var unreadable = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                AddFolder(path, found, unreadable);
            else if (File.Exists(path))
                found.Add(Path.GetFullPath(path));
            else
                throw new UserException($"'{path}' does not exist. Give video files, or folders that hold some.");
        }
        return new([.. found.Distinct(StringComparer.Ordinal)], unreadable);
    }

    /// <summary>The files below a folder whose extension is a video's; folders that cannot be listed are left out.</summary>
    internal static IReadOnlyList<string> Below(string folder)
    {
        var found = new List<string>();
        Walk(new DirectoryInfo(Path.GetFullPath(folder)), [], found, []);
        return found;
    }

    private static void AddFolder(string path, List<string> found, List<string> unreadable)
    {
        var before = (Files: found.Count, Unreadable: unreadable.Count);
        Walk(new DirectoryInfo(Path.GetFullPath(path)), [], found, unreadable);
        if (found.Count > before.Files)
            return;
        throw new UserException(unreadable.Count > before.Unreadable
            ? unreadable[before.Unreadable]
            : $"there is no video in '{path}' or the folders below it (.mp4, .mov, .mkv, .webm, .avi and the like); "
                + "name a file to index it whatever its extension.");
    }

    private static void Walk(DirectoryInfo folder, HashSet<string> visited, List<string> found, List<string> unreadable)
    {
        try
        {
            if (!visited.Add(folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName))
                return;
            foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                if (entry.Name.StartsWith('.'))
                    continue;
                if (entry is DirectoryInfo below)
                    Walk(below, visited, found, unreadable);
                else if (VideoExtensions.Contains(entry.Extension) && !IsBrokenLink(entry))
                    found.Add(entry.FullName);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            unreadable.Add($"the folder '{folder.FullName}' cannot be read ({error.Message})");
        }
    }

    private static bool IsBrokenLink(FileSystemInfo entry)
    {
        try
        {
            return entry.ResolveLinkTarget(returnFinalTarget: true) is { Exists: false };
        }
        catch (IOException)
        {
            return true; // Links in a circle.
        }
    }
}
