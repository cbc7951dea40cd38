using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>The body of <c>POST /api/search</c>: exactly one of <see cref="Text"/>, <see cref="Texts"/>, <see cref="Image"/> and <see cref="Like"/>, and how much is wanted.</summary>
internal sealed record SearchQuery
{
    /// <summary>What the moment shows, in a sentence.</summary>
    public string? Text { get; init; }

    /// <summary>Several sentences with weights; a negative weight says what the moment does not show.</summary>
    public IReadOnlyList<WeightedText>? Texts { get; init; }

    /// <summary>The file of an image that the moment looks like: PNG, JPEG, WebP or whatever else ffmpeg reads; base64.</summary>
    public byte[]? Image { get; init; }

    /// <summary>A segment whose likes are searched.</summary>
    public SegmentId? Like { get; init; }

    /// <inheritdoc cref="SearchRequest.Filter"/>
    public VideoFilter Filter { get; init; } = new();

    /// <inheritdoc cref="SearchRequest.Offset"/>
    public int Offset { get; init; }

    /// <inheritdoc cref="SearchRequest.Top"/>
    public int Top { get; init; } = new SearchRequest().Top;

    /// <inheritdoc cref="SearchRequest.Rank"/>
    public SearchRank Rank { get; init; }

    /// <inheritdoc cref="SearchRequest.SegmentsEach"/>
    public int SegmentsEach { get; init; } = new SearchRequest().SegmentsEach;

    /// <inheritdoc cref="SearchRequest.Exhaustive"/>
    public bool Exhaustive { get; init; }

    /// <inheritdoc cref="SearchRequest.Threshold"/>
    public double? Threshold { get; init; }

    /// <inheritdoc cref="SearchRequest.Explain"/>
    public bool Explain { get; init; }

    /// <summary>What the search engine is asked.</summary>
    public SearchRequest ToRequest() => new() { Filter = Filter, Offset = Offset, Top = Top, Rank = Rank, SegmentsEach = SegmentsEach, Exhaustive = Exhaustive, Threshold = Threshold, Explain = Explain };
}
