namespace TcMgc.Client;

/// <summary>Which videos are meant, for a search and for a list; null members do not restrict it.</summary>
public sealed record VideoFilter
{
    /// <summary>The only video.</summary>
    public Guid? Video { get; init; }

    /// <summary>A part of the title, the file name or a tag, in any case.</summary>
    public string? Name { get; init; }

    /// <summary>Tags that it has, all of them, in any case.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

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
}

/// <summary>Which videos <c>GET /api/v1/videos</c> lists, and in which order.</summary>
public sealed record VideoQuery
{
    /// <summary>Which ones; default all.</summary>
    public VideoFilter Filter { get; init; } = new();

    /// <summary>How far they have come: one of these; null: any.</summary>
    public IReadOnlyList<VideoState>? States { get; init; }

    /// <summary>What they are ordered by; default their names.</summary>
    public VideoSort Sort { get; init; }

    /// <summary>Which way; default ascending.</summary>
    public SortOrder Order { get; init; }
}

/// <summary>What videos are ordered by.</summary>
public enum VideoSort
{
    /// <summary>The title, or where there is none the file name: in any case, and "clip 9" before "clip 10".</summary>
    Name,

    /// <summary>When they were uploaded.</summary>
    Added,

    /// <summary>Their lengths; one whose length is not known yet is the shortest.</summary>
    Duration,

    /// <summary>When they were recorded; one of which that is not known by when it was uploaded.</summary>
    Recorded,
}

/// <summary>Which way a list is ordered.</summary>
public enum SortOrder
{
    /// <summary>A to Z, oldest to newest, shortest to longest.</summary>
    Asc,

    /// <summary>The other way round.</summary>
    Desc,
}

/// <summary>A page of videos.</summary>
/// <param name="Videos">The page, without their segments.</param>
/// <param name="Total">Videos that were asked for, on all pages.</param>
/// <param name="States">How many there are in each state of what was asked for, if any state is.</param>
public sealed record VideoPage(IReadOnlyList<Video> Videos, int Total, VideoCounts States)
{
    /// <summary>The <c>cursor</c> of the next page; null where this is the last one.</summary>
    public string? Next { get; init; }
}

/// <summary>How many videos are in each <see cref="VideoState"/>.</summary>
/// <param name="Uploaded">Those that wait for their frames to be decoded.</param>
/// <param name="Decoded">Those whose frames wait to be encoded.</param>
/// <param name="Failed">Those that cannot be indexed.</param>
/// <param name="Indexed">Those that can be found.</param>
public sealed record VideoCounts(int Uploaded, int Decoded, int Failed, int Indexed);
