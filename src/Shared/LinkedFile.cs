namespace TcMgc.Shared;

/// <summary>Files that may be symbolic links. FileInfo tells of a link itself: its length is that of the path it holds.</summary>
public static class LinkedFile
{
    /// <summary>The file that a path leads to through all links, or the file itself; it need not be there.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static FileInfo At(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
    }
}
