namespace TcMgc.Cli;

/// <summary>Paths as people read them.</summary>
internal static class FilePaths
{
    /// <summary>Relative to where the command was given, for what lies below; as it is, for what lies elsewhere.</summary>
    public static string Display(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
