namespace TcMgc.Search.Api;

/// <summary>The body of <c>POST /api/search</c>.</summary>
internal sealed record SearchQuery
{
    /// <summary>What the moment shows, in a sentence.</summary>
    public string? Text { get; init; }

    /// <inheritdoc cref="SearchRequest.Top"/>
    public int Top { get; init; } = new SearchRequest().Top;

    /// <inheritdoc cref="SearchRequest.SegmentsEach"/>
    public int SegmentsEach { get; init; } = new SearchRequest().SegmentsEach;

    /// <inheritdoc cref="SearchRequest.Exhaustive"/>
    public bool Exhaustive { get; init; }

    /// <inheritdoc cref="SearchRequest.Explain"/>
    public bool Explain { get; init; }

    /// <summary>What the search engine is asked.</summary>
    public SearchRequest Request => new() { Top = Top, SegmentsEach = SegmentsEach, Exhaustive = Exhaustive, Explain = Explain };
}
