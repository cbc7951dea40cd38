namespace TcMgc.Model.Hub;

/// <summary>A file as the hub describes it before it is downloaded.</summary>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Tag">Changes with the content; null where the hub sends none.</param>
/// <param name="Commit">The repository's commit; null where the hub does not name it.</param>
internal sealed record RemoteFile(Uri Uri, long Bytes, string? Tag, string? Commit)
{
    private const int Sha256Digits = 64;

    /// <summary>Its name without folders.</summary>
    public string Name => Uri.Segments[^1];

    /// <summary>SHA-256 in lower-case hex: the tag of large files. Null for others.</summary>
    public string? Sha256 => Tag?.Length == Sha256Digits && Tag.All(char.IsAsciiHexDigit) ? Tag.ToLowerInvariant() : null;
}
