using System.Text.RegularExpressions;

namespace TcMgc.Shared.Blobs;

/// <summary>Checks the names of blobs, so that none leads out of its folder or bucket.</summary>
internal static partial class BlobName
{
    private const int MaxLength = 255;

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,7}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    public static string Valid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length <= MaxLength && Form().IsMatch(name)
            ? name
            : throw new ArgumentException(
                "a blob's name is one to eight parts of letters, digits, '.', '_' and '-' joined by '/', none starting with "
                    + "a dot", nameof(name));
    }
}
