namespace TcMgc.Stores;

/// <summary>Files and folders that nobody but their owner can read; on Windows the folder's own rules hold.</summary>
public static class OwnerOnly
{
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates a folder, and those above it that are missing.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } above && !Directory.Exists(above))
            CreateFolder(above); // .NET gives the mode to the last one only.
        Directory.CreateDirectory(path, File | UnixFileMode.UserExecute);
    }

    /// <summary>How to open a file, which the mode may create.</summary>
    public static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
            options.UnixCreateMode = File;
        return options;
    }
}
