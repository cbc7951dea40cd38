namespace TcMgc.Cli.ModelHub;

/// <summary>A file as the hub describes it before it is downloaded.</summary>
/// <param name="Uri">Its address.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Tag">Changes when its content does; null where the hub does not say.</param>
/// <param name="Commit">The commit of the repository it is of; null where the hub does not say.</param>
internal sealed record RemoteFile(Uri Uri, long Bytes, string? Tag, string? Commit)
{
    private const int Sha256Digits = 64;

    /// <summary>Its name without folders.</summary>
    public string Name => Uri.Segments[^1];

    /// <summary>Its SHA-256 in lower-case hex: the tag of large files is theirs; null for others.</summary>
    public string? Sha256 => Tag?.Length == Sha256Digits && Tag.All(char.IsAsciiHexDigit) ? Tag.ToLowerInvariant() : null;
}
