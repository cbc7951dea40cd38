namespace TcMgc.Client;

/// <summary>The answer to a query.</summary>
/// <param name="Results">Videos, or moments where those are ranked; best first.</param>
/// <param name="Scored">Segments that were compared in the last stage.</param>
/// <param name="Elapsed">Time from query to answer, in the service.</param>
public sealed record SearchAnswer(IReadOnlyList<SearchResult> Results, int Scored, TimeSpan Elapsed)
{
    /// <summary>Least confidence of the results; null where confidence is not known.</summary>
    public double? Threshold { get; init; }

    /// <summary>Results of less confidence, which were left out: a threshold of 0 returns them too.</summary>
    public int Weaker { get; init; }

    /// <summary>Whether there are results behind these: a larger <c>top</c> returns them too.</summary>
    public bool More { get; init; }
}

/// <summary>A video that answers a query.</summary>
/// <param name="Video">The video.</param>
/// <param name="Name">File name as the user knows it.</param>
/// <param name="Source">
/// Where the original lies: over HTTP where it can be played, relative to the service; else an absolute <c>file:</c> URI or the
/// name of a blob.
/// </param>
/// <param name="Duration">Length in seconds, where known.</param>
/// <param name="Segments">Its best segments, best first; at least one.</param>
public sealed record SearchResult(Guid Video, string Name, string Source, double? Duration, IReadOnlyList<FoundSegment> Segments)
{
    /// <summary>
    /// The best segment's score: a sentence's logit (of several: by their shares), or a still's likeness with the best frame, at
    /// most 1.
    /// </summary>
    public float Score => Segments[0].Score;

    /// <summary>What its user calls the video; null where nothing.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// Whether browsers play the original: true, all do; false, none does; null, some do, or it is not known.
    /// </summary>
    public bool? Plays { get; init; }

    /// <summary>Where a version is prepared that browsers play (<see cref="VideoProxy"/>); null outside of HTTP.</summary>
    public string? Proxy { get; init; }

    /// <summary>Where pictures of all of the video are; null outside of HTTP.</summary>
    public VideoPreview? Preview { get; init; }

    /// <summary>The video's title, file name and tags that have words of the query; null where they have too few.</summary>
    public IReadOnlyList<MatchedText>? Named { get; init; }

    /// <summary>How sure the best segment's score is; null where that is not known.</summary>
    public Confidence? Confidence => Segments[0].Confidence;

    /// <summary>Where to start playing, in seconds: the moment of the best segment.</summary>
    public double Moment => Segments[0].Moment;
}

/// <summary>A segment that answers a query.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Start">Where it starts in the video, in seconds.</param>
/// <param name="End">Where it ends, in seconds.</param>
/// <param name="Moment">
/// Where to start playing, in seconds: a sentence's best frame, a still's most similar frame or between two.
/// </param>
/// <param name="Score">
/// A sentence's logit, or those of several by their shares; or a still's likeness with the best frame: cosine of the embeddings
/// less the mean difference of the colours, at most 1.
/// </param>
public sealed record FoundSegment(Guid Segment, double Start, double End, double Moment, float Score)
{
    /// <summary>Where the score comes from; null unless asked for.</summary>
    public ScoreExplanation? Explanation { get; init; }

    /// <summary>
    /// How often a first result of this score is right: of texts, where the model is calibrated; else null. Of several texts it
    /// is that of the least sure one with a positive weight.
    /// </summary>
    public Confidence? Confidence { get; init; }

    /// <summary>
    /// Whether its footage is unlike what the model was calibrated on. Then it has no confidence, and where most of what is found
    /// is like that, nothing has. Null where that is not known: of stills, and where the model is not calibrated.
    /// </summary>
    public bool? Unfamiliar { get; init; }

    /// <summary>The lines said in it that have words of the query, the nearest one first; null where none has.</summary>
    public IReadOnlyList<SaidWords>? Said { get; init; }

    /// <summary>Where a picture of the moment is, relative to the service; null outside of HTTP.</summary>
    public string? Thumbnail { get; init; }
}

/// <summary>How sure a result is.</summary>
/// <param name="Probability">That a first result like it matches the text, 0 to 1.</param>
/// <param name="Band">The word for it.</param>
public sealed record Confidence(double Probability, ConfidenceBand Band);

/// <summary>A probability in a word.</summary>
public enum ConfidenceBand
{
    /// <summary>Less than one in three of such results are right.</summary>
    Weak,

    /// <summary>At least one in three of such results is right.</summary>
    Likely,

    /// <summary>At least two in three of such results are right.</summary>
    Strong,
}

/// <summary>What is said, or written below the picture, for a while, with words of the query in it.</summary>
/// <param name="Start">When it begins, in seconds.</param>
/// <param name="End">When it ends, in seconds.</param>
/// <param name="Text">What is said.</param>
/// <param name="Words">Where the words are in its text, in order.</param>
public sealed record SaidWords(double Start, double End, string Text, IReadOnlyList<TextSpan> Words);

/// <summary>A text with words of the query in it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Words">Where the words are in it, in order.</param>
public sealed record MatchedText(string Text, IReadOnlyList<TextSpan> Words);

/// <summary>A part of a text.</summary>
/// <param name="Start">Characters before it, in UTF-16.</param>
/// <param name="Length">Characters in it.</param>
public readonly record struct TextSpan(int Start, int Length);
