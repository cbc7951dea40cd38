using TcMgc.Client;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>Filters as clients give them.</summary>
public static class VideoFilters
{
    private const int MostTags = 50;

    /// <summary>What is wrong with a filter, in one line; null where nothing is.</summary>
    public static string? Reason(this VideoFilter filter) => filter switch
    {
        { MinDuration: { } least } when !(least >= 0 && double.IsFinite(least)) => "minDuration must be at least 0",
        { MaxDuration: { } most } when !(most >= 0 && double.IsFinite(most)) => "maxDuration must be at least 0",
        { Tags.Count: > MostTags } => $"there may be at most {MostTags} tags",
        _ => null,
    };

    /// <summary>The filter as the catalog takes it.</summary>
    public static CatalogFilter ToCatalog(this VideoFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new()
        {
            Video = filter.Video is { } video ? new VideoId(video) : null,
            Name = string.IsNullOrEmpty(filter.Name) ? null : filter.Name,
            // JSON can have a null among them; no video has such a tag.
            Tags = filter.Tags is [_, ..] tags ? [.. tags.Select(tag => tag?.Trim() ?? "")] : null,
            UploadedFrom = filter.UploadedFrom,
            UploadedTo = filter.UploadedTo,
            RecordedFrom = filter.RecordedFrom,
            RecordedTo = filter.RecordedTo,
            MinDuration = filter.MinDuration,
            MaxDuration = filter.MaxDuration,
        };
    }
}
