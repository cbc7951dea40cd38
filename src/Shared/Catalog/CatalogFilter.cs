namespace TcMgc.Shared.Catalog;

/// <summary>Which videos are meant; what is null restricts nothing.</summary>
public sealed record CatalogFilter
{
    /// <summary>The only video.</summary>
    public VideoId? Video { get; init; }

    /// <summary>A part of the title, the file name or a tag, in any case.</summary>
    public string? Name { get; init; }

    /// <summary>Tags that it has, all of them, in any case.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>How far it has come: one of these.</summary>
    public IReadOnlyList<VideoState>? States { get; init; }

    /// <summary>When it was uploaded, at the earliest.</summary>
    public DateTimeOffset? UploadedFrom { get; init; }

    /// <summary>When it was uploaded, at the latest.</summary>
    public DateTimeOffset? UploadedTo { get; init; }

    /// <summary>When it was recorded, or where that is not known uploaded, at the earliest.</summary>
    public DateTimeOffset? RecordedFrom { get; init; }

    /// <summary>When it was recorded, or where that is not known uploaded, at the latest.</summary>
    public DateTimeOffset? RecordedTo { get; init; }

    /// <summary>Its length in seconds, at least; one whose length is not known yet is left out.</summary>
    public double? MinDuration { get; init; }

    /// <summary>Its length in seconds, at most; one whose length is not known yet is left out.</summary>
    public double? MaxDuration { get; init; }

    /// <summary>Whether a video is meant.</summary>
    public bool Matches(CatalogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (Video is not { } only || entry.Id == only)
            && (Name is not { } part
                || CatalogKeys.NamesOf(entry).Any(name => name.Contains(CatalogKeys.Fold(part), StringComparison.Ordinal)))
            && Tags?.Select(CatalogKeys.Fold).Except(CatalogKeys.TagsOf(entry), StringComparer.Ordinal).Any() is not true
            && States?.Contains(entry.State) is not false
            && !(entry.UploadedAt < UploadedFrom) && !(entry.UploadedAt > UploadedTo)
            && !(CatalogKeys.RecordedOf(entry) < RecordedFrom) && !(CatalogKeys.RecordedOf(entry) > RecordedTo)
            && (MinDuration is not { } least || entry.Duration >= least)
            && (MaxDuration is not { } most || entry.Duration <= most);
    }
}
