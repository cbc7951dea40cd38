using TcMgc.Shared;

namespace TcMgc.Ingest.Files;

/// <summary>A video file that a user's path stands for. Links are followed when it is found, and never again.</summary>
/// <param name="Path">As it was named or found, absolute: its name, and the place of its transcripts.</param>
/// <param name="Real">Path of the file itself, without links.</param>
/// <param name="Root">Real path of the folder that it may be read from.</param>
public sealed record MediaFile(string Path, string Real, string Root)
{
    private static readonly string[] s_transcripts = [".srt", ".vtt", ".json"];

    /// <summary>The file of a path that a person named, wherever its links end; null where they end nowhere.</summary>
    public static MediaFile? Named(string path) =>
        RegularFile.RealPath(path) is { } real && System.IO.Path.GetDirectoryName(real) is { } folder
            ? new(System.IO.Path.GetFullPath(path), real, folder) : null;

    /// <summary>
    /// The files beside it that may be its transcripts: under its name, in its folder. A link among them may lead to a file below
    /// the root.
    /// </summary>
    internal IEnumerable<MediaFile> Transcripts()
    {
        if (System.IO.Path.GetDirectoryName(Path) is not { } beside || RegularFile.RealPath(beside) is not { } folder)
            yield break;
        foreach (var extension in s_transcripts)
        {
            var path = System.IO.Path.ChangeExtension(Path, extension);
            if (path == Path || RegularFile.RealPath(path) is not { } real || Directory.Exists(real))
                continue;
            var isLink = real != System.IO.Path.Combine(folder, System.IO.Path.GetFileName(path));
            yield return new(path, real, isLink ? Root : folder);
        }
    }
}
