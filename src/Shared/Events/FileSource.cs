namespace TcMgc.Shared.Events;

/// <summary>
/// Converts local paths to <c>file:</c> URIs and back. <see cref="Uri"/> would treat a backslash, which is valid in a file name
/// on Linux, as a separator.
/// </summary>
public static class FileSource
{
    private const string Scheme = "file://";

    /// <summary>The URI of a path.</summary>
    public static string Of(string path)
    {
        var parts = Path.GetFullPath(path).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString);
        return Scheme + (OperatingSystem.IsWindows() ? "/" : "") + string.Join('/', parts);
    }

    /// <summary>The path in a <c>file:</c> URI; null for the name of a blob.</summary>
    public static string? PathIn(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var path = string.Join(Path.DirectorySeparatorChar, source[Scheme.Length..].Split('/').Select(Uri.UnescapeDataString));
        return OperatingSystem.IsWindows() ? path.TrimStart(Path.DirectorySeparatorChar) : path;
    }
}
