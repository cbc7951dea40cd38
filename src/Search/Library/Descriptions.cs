using TcMgc.Client;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Search.Library;

/// <summary>Titles and tags that users give to videos.</summary>
internal static class Descriptions
{
    private const int LongestTitle = 200, MostTags = 50, LongestTag = 50;

    /// <summary>What is wrong with a description; null where nothing is.</summary>
    public static string? Reason(this VideoDescription given) =>
        given.Title?.Length > LongestTitle ? $"title has {given.Title.Length} characters, it may have at most {LongestTitle}"
        : given.Tags?.Count > MostTags ? $"there are {given.Tags.Count} tags, there may be at most {MostTags}"
        : given.Tags?.Any(tag => string.IsNullOrWhiteSpace(tag) || tag.Length > LongestTag) is true
            ? $"a tag must have 1 to {LongestTag} characters"
        : given.Title is null && given.Tags is null ? "neither title nor tags are given"
        : null;

    /// <summary>The event that says it.</summary>
    public static VideoDescribed ToEvent(this VideoDescription given, CatalogEntry entry, DateTimeOffset now)
    {
        var (title, tags) = ((given.Title ?? entry.Title)?.Trim(), given.Tags ?? entry.Tags);
        var distinct = tags?.Select(tag => tag.Trim()).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return new()
        {
            VideoId = entry.Id,
            UploadId = entry.UploadId,
            Time = now,
            Title = title is { Length: > 0 } ? title : null,
            Tags = distinct is { Count: > 0 } ? distinct : null,
        };
    }
}
