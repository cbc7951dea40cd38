using System.Collections.Concurrent;

namespace TcMgc.Media;

/// <summary>FFMpegCore is told a folder and runs the <c>ffprobe</c> in it: the folder for a program of any name.</summary>
internal static class FfprobeFolder
{
    private static readonly ConcurrentDictionary<string, string> s_links = new();

    /// <exception cref="Shared.UserException">There is no such program.</exception>
    public static string Of(string program)
    {
        // Looked up here: for a program of PATH, FFMpegCore would take one in a folder x64 of the working directory before it.
        var folders = program.Contains(Path.DirectorySeparatorChar) ? "" : Environment.GetEnvironmentVariable("PATH") ?? "";
        var found = folders.Split(Path.PathSeparator).Select(folder => Path.GetFullPath(Path.Combine(folder, program)))
            .FirstOrDefault(File.Exists) ?? throw FfmpegProcess.NotRunnable(program, new FileNotFoundException("no such file"));
        var isSo = Path.GetFileName(found) is "ffprobe" or "ffprobe.exe";
        return isSo ? Path.GetDirectoryName(found)! : s_links.GetOrAdd(found, Link);
    }

    /// <summary>As long as this process lives: FFMpegCore asks each path that it has not seen for its version.</summary>
    private static string Link(string path)
    {
        var link = FfmpegInput.Link(path, "ffprobe");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => link.Dispose();
        return link.Folder;
    }
}
