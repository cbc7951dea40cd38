using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Library;

/// <summary>The body of <c>PATCH /api/videos/{id}</c>: what is absent stays as it is.</summary>
/// <param name="Title">What the video is called; empty: its file name will do.</param>
/// <param name="Tags">Words to find it by, all of them.</param>
internal sealed record Description(string? Title = null, IReadOnlyList<string>? Tags = null)
{
    private const int LongestTitle = 200, MostTags = 50, LongestTag = 50;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Reason =>
        Title?.Length > LongestTitle ? $"title has {Title.Length} characters, at most {LongestTitle} are taken"
        : Tags?.Count > MostTags ? $"there are {Tags.Count} tags, at most {MostTags} are taken"
        : Tags?.Any(tag => string.IsNullOrWhiteSpace(tag) || tag.Length > LongestTag) is true ? $"a tag must have 1 to {LongestTag} characters"
        : Title is null && Tags is null ? "neither title nor tags are given"
        : null;

    /// <summary>The event that says it.</summary>
    public VideoDescribed Of(CatalogEntry entry, DateTimeOffset now) => new()
    {
        VideoId = entry.Id,
        UploadId = entry.UploadId,
        Time = now,
        Title = (Title ?? entry.Title)?.Trim() is { Length: > 0 } title ? title : null,
        Tags = (Tags ?? entry.Tags)?.Select(tag => tag.Trim()).Distinct(StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } tags ? tags : null,
    };
}
