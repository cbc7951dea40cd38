using System.Text.RegularExpressions;

namespace TcMgc.Shared.Catalog;

/// <summary>What entries are ordered and compared by, in every adapter the same.</summary>
internal static partial class CatalogKeys
{
    private const int Digits = 12;

    /// <summary>A duration that is not known yet.</summary>
    public const double Unknown = -1;

    /// <summary>A text in one line and one case: two that differ in nothing else become the same.</summary>
    public static string Fold(string text) => text.ReplaceLineEndings(" ").ToUpperInvariant();

    /// <summary>What an entry is ordered by where names are: numbers in it are as wide as each other.</summary>
    public static string NameOf(CatalogEntry entry) => Number().Replace(
        Fold(entry.Title ?? entry.Name), number => number.Value.TrimStart('0').PadLeft(Digits, '0'));

    /// <summary>The title, the file name and the tags, folded.</summary>
    public static IEnumerable<string> NamesOf(CatalogEntry entry) =>
        new[] { entry.Title, entry.Name }.OfType<string>().Select(Fold).Concat(TagsOf(entry));

    /// <summary>The tags, folded.</summary>
    public static IEnumerable<string> TagsOf(CatalogEntry entry) => (entry.Tags ?? []).Select(Fold);

    /// <summary>When it was recorded, or where that is not known uploaded.</summary>
    public static DateTimeOffset RecordedOf(CatalogEntry entry) => entry.RecordedAt ?? entry.UploadedAt;

    /// <summary>Length in seconds; <see cref="Unknown"/> until decoded.</summary>
    public static double DurationOf(CatalogEntry entry) => entry.Duration ?? Unknown;

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
