namespace TcMgc.Client;

/// <summary>
/// What is searched: exactly one of <see cref="Text"/>, <see cref="Texts"/>, <see cref="Image"/> and <see cref="Like"/>, and how much of an
/// answer is wanted; what is null is as the service has it by default.
/// </summary>
public sealed record SearchQuery
{
    /// <summary>What the moment shows, in a sentence.</summary>
    public string? Text { get; init; }

    /// <summary>Several sentences with weights.</summary>
    public IReadOnlyList<WeightedText>? Texts { get; init; }

    /// <summary>The file of an image that the moment looks like: PNG, JPEG, WebP or whatever else ffmpeg reads; 16 MiB unless the service is set otherwise.</summary>
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>A segment whose likes are searched.</summary>
    public Guid? Like { get; init; }

    /// <summary>Which videos the query is about.</summary>
    public SearchFilter? Filter { get; init; }

    /// <summary>Results to return, 1 to 1000; the service's default is 10.</summary>
    public int? Top { get; init; }

    /// <summary>Better results to leave out, 0 to 1000.</summary>
    public int? Offset { get; init; }

    /// <summary>What a result is; the service's default is a video.</summary>
    public SearchRank? Rank { get; init; }

    /// <summary>Best segments of each video, 1 to 100; the service's default is 3.</summary>
    public int? SegmentsEach { get; init; }

    /// <summary>Score every segment instead of the nearest candidates.</summary>
    public bool? Exhaustive { get; init; }

    /// <summary>Least confidence of a result, 0 to 1; the service's default is the model's.</summary>
    public double? Threshold { get; init; }

    /// <summary>Tell where each score comes from.</summary>
    public bool? Explain { get; init; }
}

/// <summary>What an answer ranks.</summary>
public enum SearchRank
{
    /// <summary>Videos with their best segments.</summary>
    Video,

    /// <summary>Moments; a video may come several times.</summary>
    Moment,
}

/// <summary>One of the texts of a query.</summary>
/// <param name="Text">What the moment shows; or does not show, where the weight is negative.</param>
/// <param name="Weight">How much it counts beside the others, −100 to 100 but 0.</param>
public sealed record WeightedText(string Text, float Weight = 1);

/// <summary>Which videos a query is about; what is null bounds nothing.</summary>
public sealed record SearchFilter
{
    /// <summary>The only video.</summary>
    public Guid? Video { get; init; }

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
}

/// <summary>The answer to a query.</summary>
/// <param name="Results">Videos, or moments where those are ranked; best first.</param>
/// <param name="Scored">Segments that were compared in the last stage.</param>
/// <param name="Elapsed">Time that the service took.</param>
public sealed record SearchAnswer(IReadOnlyList<SearchResult> Results, int Scored, TimeSpan Elapsed)
{
    /// <summary>Least confidence of the results; null where confidence is not known.</summary>
    public double? Threshold { get; init; }

    /// <summary>Results of less confidence, which were left out.</summary>
    public int Weaker { get; init; }
}

/// <summary>How sure a result is.</summary>
/// <param name="Probability">That a first result like it matches the text, 0 to 1.</param>
/// <param name="Band">The word for it: <c>weak</c>, <c>likely</c> or <c>strong</c>.</param>
public sealed record Confidence(double Probability, string Band);

/// <summary>A video that answers a query.</summary>
/// <param name="Video">The video.</param>
/// <param name="Name">File name.</param>
/// <param name="Source">Where the original can be played; relative to the service.</param>
/// <param name="Score">The best segment's score.</param>
/// <param name="Moment">Where to start playing, in seconds.</param>
/// <param name="Segments">Its best segments, best first.</param>
public sealed record SearchResult(Guid Video, string Name, string Source, double Score, double Moment, IReadOnlyList<FoundSegment> Segments)
{
    /// <summary>Length in seconds, where known.</summary>
    public double? Duration { get; init; }

    /// <summary>How sure it is; null where that is not known.</summary>
    public Confidence? Confidence { get; init; }
}

/// <summary>A segment that answers a query.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Start">Where it starts in the video, in seconds.</param>
/// <param name="End">Where it ends, in seconds.</param>
/// <param name="Moment">Where to start playing, in seconds.</param>
/// <param name="Score">Its score.</param>
public sealed record FoundSegment(Guid Segment, double Start, double End, double Moment, double Score)
{
    /// <summary>Where a picture of the moment is; relative to the service.</summary>
    public string? Thumbnail { get; init; }

    /// <summary>What is said in it that has words of the query; null where nothing has.</summary>
    public SaidWords? Said { get; init; }

    /// <summary>Where the score comes from, where that was asked for.</summary>
    public ScoreExplanation? Explanation { get; init; }
}

/// <summary>What is said, or written below the picture, for a while, with words of the query in it.</summary>
/// <param name="Start">When it begins, in seconds.</param>
/// <param name="End">When it ends, in seconds.</param>
/// <param name="Text">What is said.</param>
/// <param name="Words">Where the words are in its text, in order.</param>
public sealed record SaidWords(double Start, double End, string Text, IReadOnlyList<TextSpan> Words);

/// <summary>A part of a text.</summary>
/// <param name="Start">Characters before it, in UTF-16.</param>
/// <param name="Length">Characters in it.</param>
public readonly record struct TextSpan(int Start, int Length);

/// <summary>Where the score of a segment comes from.</summary>
/// <param name="Texts">The query's texts in order; the score is the sum of theirs, each times its share.</param>
public sealed record ScoreExplanation(IReadOnlyList<TextEvidence> Texts)
{
    /// <summary>How what is said moved it among the results; null where no transcript has words of the query.</summary>
    public Fusion? Fusion { get; init; }
}

/// <summary>Where a segment stands among those that were seen and those in which words of the query are said.</summary>
/// <param name="VisualRank">Its place by the model's score, from 1.</param>
/// <param name="TranscriptRank">Its place by the words said in it, from 1; null where none of the query's are.</param>
/// <param name="TranscriptWeight">What the words count beside the picture.</param>
public sealed record Fusion(int VisualRank, int? TranscriptRank, double TranscriptWeight);

/// <summary>What one text of a query contributes.</summary>
/// <param name="Text">The text.</param>
/// <param name="Share">Its part of the segment's score; negative for a "but not".</param>
/// <param name="Score">Its logit.</param>
/// <param name="Contrasts">The single scores whose weighted sum is the logit; empty for heads with one.</param>
/// <param name="Frames">The segment's frames in order.</param>
/// <param name="Words">The sentence's tokens in order.</param>
public sealed record TextEvidence(string Text, double Share, double Score, IReadOnlyList<Contrast> Contrasts, IReadOnlyList<FrameEvidence> Frames, IReadOnlyList<WordEvidence> Words);

/// <summary>One granularity of comparison.</summary>
/// <param name="Name"><c>video-sentence</c>, <c>video-word</c>, <c>sentence-frame</c> or <c>frame-word</c>.</param>
/// <param name="Score">Its logit.</param>
/// <param name="Weight">Its part of the logit, 0 to 1.</param>
public sealed record Contrast(string Name, double Score, double Weight);

/// <summary>What one frame contributes.</summary>
/// <param name="Time">Its time in the video, in seconds.</param>
/// <param name="Similarity">Cosine with the sentence.</param>
/// <param name="Attention">The sentence's attention to it; null for heads without.</param>
public sealed record FrameEvidence(double Time, double Similarity, double? Attention);

/// <summary>Where one word is seen.</summary>
/// <param name="Text">The token's characters.</param>
/// <param name="Similarities">Cosine of the word with each frame.</param>
public sealed record WordEvidence(string Text, IReadOnlyList<double> Similarities);
