using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// A file under a name of ours in a folder of ours, where ffmpeg and ffprobe run. FFMpegCore joins its arguments to one string
/// and escapes nothing: of a stranger's path, only a plain extension gets there, which ffmpeg looks at.
/// </summary>
internal sealed class FfmpegInput : IDisposable
{
    private FfmpegInput(string name)
    {
        Name = name;
        try
        {
            Folder = Directory.CreateTempSubdirectory("tcmgc-media-").FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskFull.Is(error) ? DiskFull.At(Path.GetTempPath(), error)
                : new UserException($"cannot make a folder in {Path.GetTempPath()} ({error.Message}); set TMPDIR", error);
        }
    }

    /// <summary>What programs that run in <see cref="Folder"/> call it.</summary>
    public string Name { get; }

    /// <summary>Only this user can look into it.</summary>
    public string Folder { get; }

    /// <summary>A file that is there, by a symbolic link.</summary>
    public static FfmpegInput Link(string path, string? name = null)
    {
        var input = new FfmpegInput(name ?? $"input{PlainExtension(path)}");
        File.CreateSymbolicLink(Path.Combine(input.Folder, input.Name), Path.GetFullPath(path));
        return input;
    }

    /// <summary>A file that is yet to be written, to the stream given.</summary>
    public static FfmpegInput Create(out FileStream file)
    {
        var input = new FfmpegInput("input");
        file = File.Create(Path.Combine(input.Folder, input.Name));
        return input;
    }

    /// <summary>Removes the folder; what a link names stays.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private static string PlainExtension(string path) =>
        Path.GetExtension(path) is { Length: < 10 } plain && plain.Skip(1).All(char.IsAsciiLetterOrDigit) ? plain : "";
}
