namespace TcMgc.Cli;

/// <summary>Paths as people read them.</summary>
internal static class FilePaths
{
    /// <summary>Relative to the current folder if the path lies below it, else unchanged. On one line.</summary>
    public static string Display(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return OneLine(relative.StartsWith("..", StringComparison.Ordinal) ? path : relative);
    }

    /// <summary>A name without the control characters that could move a terminal's cursor or break a line.</summary>
    public static string OneLine(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
