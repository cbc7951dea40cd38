using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Query;

/// <summary>Which videos a query is about; what is null bounds nothing.</summary>
public sealed record VideoFilter
{
    /// <summary>The only video.</summary>
    public VideoId? Video { get; init; }

    /// <summary>What title or file name holds, whatever its case.</summary>
    public string? Title { get; init; }

    /// <summary>Tags that it has, all of them, whatever their case.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>When it was uploaded, at the earliest.</summary>
    public DateTimeOffset? UploadedFrom { get; init; }

    /// <summary>When it was uploaded, at the latest.</summary>
    public DateTimeOffset? UploadedTo { get; init; }

    /// <summary>Its length in seconds, at least.</summary>
    public double? MinDuration { get; init; }

    /// <summary>Its length in seconds, at most.</summary>
    public double? MaxDuration { get; init; }

    internal bool Matches(CatalogEntry entry) =>
        (Video is not { } video || entry.Id == video)
        && (Title is null || Contains(entry.Title, Title) || Contains(entry.Name, Title))
        && (Tags is null || Tags.All(tag => entry.Tags?.Contains(tag, StringComparer.OrdinalIgnoreCase) is true))
        && !(entry.UploadedAt < UploadedFrom) && !(entry.UploadedAt > UploadedTo)
        && !(entry.Duration < MinDuration) && !(entry.Duration > MaxDuration);

    private static bool Contains(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) is true;
}
