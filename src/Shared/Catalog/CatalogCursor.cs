using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Base64Url = System.Buffers.Text.Base64Url;

namespace TcMgc.Shared.Catalog;

/// <summary>
/// A place between two videos of a list. It stays where it is while other videos come and go, and whether or not the video that
/// it follows is still there.
/// </summary>
/// <param name="Sort">What the list is ordered by.</param>
/// <param name="Descending">Whether its last one comes first.</param>
/// <param name="Key">What the video before it is ordered by.</param>
/// <param name="Video">The video before it.</param>
public sealed record CatalogCursor(CatalogSort Sort, bool Descending, string Key, VideoId Video)
{
    private const char Separator = ',';

    /// <summary>The place behind an entry.</summary>
    public static CatalogCursor Behind(CatalogEntry entry, CatalogQuery query)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(query);
        var key = query.Sort switch
        {
            CatalogSort.Name => CatalogKeys.NameOf(entry),
            CatalogSort.Added => entry.UploadedAt.UtcTicks.ToString(CultureInfo.InvariantCulture),
            CatalogSort.Recorded => CatalogKeys.RecordedOf(entry).UtcTicks.ToString(CultureInfo.InvariantCulture),
            _ => CatalogKeys.DurationOf(entry).ToString("R", CultureInfo.InvariantCulture),
        };
        return new(query.Sort, query.Descending, key, entry.Id);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; false where the text is no place in a list of this order.</summary>
    public static bool TryParse(string text, CatalogSort sort, bool descending, [NotNullWhen(true)] out CatalogCursor? cursor)
    {
        ArgumentNullException.ThrowIfNull(text);
        var written = Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) : "";
        cursor = written.Split(Separator, 4) is [var by, var order, var id, var key]
            && by == $"{sort}" && order == $"{descending}" && VideoId.TryParse(id, out var video) && IsKey(sort, key)
            ? new(sort, descending, key, video) : null;
        return cursor is not null;
    }

    /// <summary>The place as a text of letters, digits, hyphens and underscores.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Sort}{Separator}{Descending}{Separator}{Video}{Separator}{Key}"));

    private static bool IsKey(CatalogSort sort, string key) => sort switch
    {
        CatalogSort.Name => true,
        CatalogSort.Added or CatalogSort.Recorded => long.TryParse(key, CultureInfo.InvariantCulture, out _),
        _ => double.TryParse(key, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds),
    };
}
