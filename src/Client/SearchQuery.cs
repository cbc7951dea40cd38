namespace TcMgc.Client;

/// <summary>
/// The body of <c>POST /api/v1/search</c>: exactly one of <c>text</c>, <c>texts</c>, <c>image</c> and <c>like</c>, and how much
/// of an answer is wanted.
/// </summary>
public sealed record SearchQuery
{
    /// <summary>What the moment shows, in a sentence.</summary>
    public string? Text { get; init; }

    /// <summary>Several sentences with weights.</summary>
    public IReadOnlyList<WeightedText>? Texts { get; init; }

    /// <summary>
    /// The file of an image that the moment looks like: PNG, JPEG, WebP or whatever else ffmpeg reads; 16 MiB unless the service
    /// is set otherwise. In JSON base64.
    /// </summary>
    public byte[]? Image { get; init; }

    /// <summary>A segment whose likes are searched.</summary>
    public Guid? Like { get; init; }

    /// <summary>Which videos the query is about; default all.</summary>
    public VideoFilter Filter { get; init; } = new();

    /// <summary>Better results to leave out, 0 to 1000; default 0.</summary>
    public int Offset { get; init; }

    /// <summary>Results to return, 1 to 1000; default 10.</summary>
    public int Top { get; init; } = 10;

    /// <summary>What a result is; default a video.</summary>
    public SearchRank Rank { get; init; }

    /// <summary>Best segments of each video, 1 to 100; default 3. Of no effect where moments are ranked.</summary>
    public int SegmentsEach { get; init; } = 3;

    /// <summary>Score every segment instead of the nearest candidates.</summary>
    public bool Exhaustive { get; init; }

    /// <summary>
    /// Least confidence of a result, 0 to 1; less sure ones are left out and counted. Default: the model's; 0 leaves nothing out.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>Tell for every returned segment where its score comes from; texts only.</summary>
    public bool Explain { get; init; }
}

/// <summary>What an answer ranks.</summary>
public enum SearchRank
{
    /// <summary>Videos, each with its best segments, by the best one's score.</summary>
    Video,

    /// <summary>Segments: a result is a video with one of them, and a video may come several times.</summary>
    Moment,
}

/// <summary>One of the texts of a query.</summary>
/// <param name="Text">What the moment shows, in a sentence; or what it does not show, where the weight is negative.</param>
/// <param name="Weight">How much it counts beside the others, −100 to 100 but 0; default 1.</param>
public sealed record WeightedText(string Text, float Weight = 1)
{
    /// <summary>The largest weight, and less its sign the smallest.</summary>
    public const float Most = 100;

    /// <summary>Most texts of a query.</summary>
    public const int MostTexts = 8;

    /// <summary>The usual weight of a text that the moment does not show, beside one of weight 1.</summary>
    public const float ButNot = -0.5f;
}
