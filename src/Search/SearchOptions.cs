namespace TcMgc.Search;

/// <summary>Bounds of a query's work.</summary>
public sealed record SearchOptions
{
    /// <summary>K: segments that the first stage finds and the second scores; at least 1, default 100.</summary>
    public int Candidates { get; init; } = 100;

    /// <summary>Most characters of a text; at least 1, default 2,000. A model reads some dozens of words.</summary>
    public int LongestText { get; init; } = 2000;

    /// <summary>Segments in memory at a time where every segment is scored; at least 1, default 256.</summary>
    public int ExhaustiveBatch { get; init; } = 256;
}
