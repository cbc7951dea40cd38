using TcMgc.Client;
using TcMgc.Shared;

namespace TcMgc.Search.Query;

/// <summary>How much of an answer is wanted.</summary>
public sealed record SearchRequest
{
    /// <summary>Most results that an answer may have.</summary>
    public const int LargestTop = 1000;

    /// <summary>The collection that is searched; default the default one.</summary>
    public CollectionId Collection { get; init; }

    /// <summary>Results to return, 1 … <see cref="LargestTop"/>; default 10.</summary>
    public int Top { get; init; } = 10;

    /// <summary>
    /// Better results to leave out, 0 … <see cref="LargestTop"/>; default 0. The next page of an answer begins at
    /// <see cref="Offset"/> + <see cref="Top"/>.
    /// </summary>
    public int Offset { get; init; }

    /// <summary>Which videos the query is about; default all.</summary>
    public VideoFilter Filter { get; init; } = new();

    /// <summary>What a result is; default a video.</summary>
    public SearchRank Rank { get; init; }

    /// <summary>Best segments of each video, at least 1; default 3. Of no effect where moments are ranked.</summary>
    public int SegmentsEach { get; init; } = 3;

    /// <summary>Score every segment instead of the nearest candidates.</summary>
    public bool Exhaustive { get; init; }

    /// <summary>
    /// Least confidence of a result, 0 … 1; less sure ones are left out and counted. Default: what the model was calibrated to; 0
    /// leaves nothing out. Of no effect where there is no <see cref="FoundSegment.Confidence"/>.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>Tell for every returned segment where its score comes from; sentences only.</summary>
    public bool Explain { get; init; }

    /// <summary>Results to rank: those wanted, the better ones, and one to know whether there are more.</summary>
    internal int Results => Offset + Top + 1;

    /// <exception cref="ArgumentOutOfRangeException">Something is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Top, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Top, LargestTop);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentsEach, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Offset, LargestTop);
        if (Threshold is { } threshold && !(threshold is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Threshold), threshold, "the threshold must be from 0 to 1");
    }
}
