using TcMgc.Shared;

namespace TcMgc.Ingest.Files;

/// <summary>The video files that a user's paths stand for.</summary>
/// <param name="Files">Each once, in the order of the paths given and by name within a folder.</param>
/// <param name="LeftOut">One line for each folder or file that cannot be read, or that a link leads to from elsewhere.</param>
public sealed record MediaFiles(IReadOnlyList<MediaFile> Files, IReadOnlyList<string> LeftOut)
{
    private static readonly HashSet<string> VideoExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".h264", ".hevc", ".ivf", ".m1v", ".m2ts", ".m2v",
        ".m4v", ".mjpeg", ".mkv", ".mod", ".mov", ".mp4", ".mpe", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogg", ".ogv", ".qt",
        ".rm", ".rmvb", ".tod", ".ts", ".vob", ".webm", ".wmv", ".wtv", ".y4m",
    };

    /// <summary>
    /// Expands paths: a file counts whatever its extension; of a folder the files below it whose extension is a video's, without
    /// hidden ones. A named link may lead anywhere, one in a folder to what is below that folder.
    /// </summary>
    /// <exception cref="UserException">A path does not exist, or there is no video in a folder.</exception>
    public static MediaFiles Find(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var (found, leftOut) = (new List<MediaFile>(), new List<string>());
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                AddFolder(path, found, leftOut);
            else
                found.Add(MediaFile.Named(path) ?? throw new UserException(IsIllegible(path)
                    ? $"{NotUtf8(path)} It is not indexed."
                    : $"'{path}' does not exist. Give video files, or folders that hold some."));
        }
        return new([.. found.DistinctBy(file => file.Real, StringComparer.Ordinal)], leftOut);
    }

    /// <summary>The files below a folder whose extension is a video's.</summary>
    internal static MediaFiles Below(string folder)
    {
        var (found, leftOut) = (new List<MediaFile>(), new List<string>());
        if (RegularFile.RealPath(folder) is { } root)
            new Walk(root, found, leftOut).Enter(new(root));
        return new(found, leftOut);
    }

    private static void AddFolder(string path, List<MediaFile> found, List<string> leftOut)
    {
        var below = Below(path);
        found.AddRange(below.Files);
        leftOut.AddRange(below.LeftOut);
        if (below.Files.Count == 0)
            throw new UserException(below.LeftOut.Count > 0
                ? below.LeftOut[0]
                : $"there is no video in '{path}' or the folders below it (.mp4, .mov, .mkv, .webm, .avi and the like); "
                    + "name a file to index it whatever its extension.");
    }

    /// <summary>Whether a name as .NET reads it has lost bytes: there is no file of that name then.</summary>
    private static bool IsIllegible(string path) => path.Contains('\uFFFD', StringComparison.Ordinal);

    private static string NotUtf8(string path) => $"the name '{path}' is not UTF-8 (\uFFFD stands for its odd bytes): rename it.";

    /// <summary>Goes through a folder once, whatever its links.</summary>
    private sealed class Walk(string root, List<MediaFile> found, List<string> leftOut)
    {
        private readonly HashSet<string> _visited = [];

        public void Enter(DirectoryInfo folder)
        {
            if (!_visited.Add(folder.FullName))
                return;
            try
            {
                foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
                    if (!entry.Name.StartsWith('.') && (entry is DirectoryInfo || VideoExtensions.Contains(entry.Extension)))
                        Look(entry);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                leftOut.Add($"the folder '{folder.FullName}' cannot be read ({error.Message})");
            }
        }

        private void Look(FileSystemInfo entry)
        {
            if (RegularFile.RealPath(entry.FullName) is not { } real)
            {
                if (IsIllegible(entry.Name))
                    leftOut.Add(NotUtf8(entry.FullName));
                else if (entry.LinkTarget is not null)
                    leftOut.Add($"the link '{entry.FullName}' leads nowhere");
            }
            else if (real != root && !RegularFile.IsBelow(real, root))
                leftOut.Add($"the link '{entry.FullName}' leads out of '{root}'");
            else if (entry is DirectoryInfo)
                Enter(new(real));
            else if (_visited.Add(real))
                found.Add(new(entry.FullName, real, root));
        }
    }
}
