namespace TcMgc.Shared.Catalog;

/// <summary>What a list of videos is ordered by; videos that are equal in it by their ids.</summary>
public enum CatalogSort
{
    /// <summary>The title, or where there is none the file name: in any case, and "clip 9" before "clip 10".</summary>
    Name,

    /// <summary>When it was uploaded.</summary>
    Added,

    /// <summary>When it was recorded; one of which that is not known by when it was uploaded.</summary>
    Recorded,

    /// <summary>Its length; one whose length is not known yet is the shortest.</summary>
    Duration,
}

/// <summary>Which videos of a collection are listed, and in which order.</summary>
public sealed record CatalogQuery
{
    /// <summary>Which ones; default all.</summary>
    public CatalogFilter Filter { get; init; } = new();

    /// <summary>What they are ordered by; default their names.</summary>
    public CatalogSort Sort { get; init; }

    /// <summary>Whether the last one comes first.</summary>
    public bool Descending { get; init; }

    /// <summary>The end of the page before; null for the first page. It must be of the same order.</summary>
    public CatalogCursor? After { get; init; }
}
