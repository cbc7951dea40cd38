namespace TcMgc.Cli;

/// <summary>Paths as people read them.</summary>
internal static class FilePaths
{
    /// <summary>
    /// Relative to where the command was given, for what lies below; as it is, for what lies elsewhere. On one line.
    /// </summary>
    public static string Display(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return OneLine(relative.StartsWith("..", StringComparison.Ordinal) ? path : relative);
    }

    /// <summary>A name without the control characters that could move a terminal's cursor or break a line.</summary>
    public static string OneLine(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
