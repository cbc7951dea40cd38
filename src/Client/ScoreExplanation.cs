namespace TcMgc.Client;

/// <summary>Where the score of a segment comes from.</summary>
/// <param name="Texts">The query's texts in order; the score is the sum of theirs, each times its share.</param>
public sealed record ScoreExplanation(IReadOnlyList<TextEvidence> Texts)
{
    /// <summary>How what is said moved it among the results; null where no transcript has words of the query.</summary>
    public Fusion? Fusion { get; init; }
}

/// <summary>
/// Where a segment stands among those that were seen and those in which words of the query are said. Results are in the order of
/// <c>score</c>.
/// </summary>
/// <param name="VisualRank">Its place by the model's score, from 1.</param>
/// <param name="TranscriptRank">Its place by the words said in it, from 1; null where none of the query's are.</param>
/// <param name="TranscriptWeight">Weight of the words beside the picture's of 1.</param>
public sealed record Fusion(int VisualRank, int? TranscriptRank, double TranscriptWeight)
{
    /// <summary>
    /// Its video's place by title, file name and tags, from 1; null where they have too few of the query's words, or another
    /// segment of the video looks more like the query.
    /// </summary>
    public int? NameRank { get; init; }

    /// <summary>How much of the query's words they have, at most 1; null where <see cref="NameRank"/> is.</summary>
    public double? NameShare { get; init; }

    /// <summary>
    /// Whether its video's title, file name (with its ending or without) or a tag is what the query says and no more. Then it
    /// comes before all others.
    /// </summary>
    public bool NameIsExact { get; init; }

    /// <summary>Weight of title, file name and tags beside the picture's of 1.</summary>
    public double NameWeight { get; init; }

    /// <summary>
    /// 1 / (60 + visual rank) + weight / (60 + transcript rank) + weight × share / (60 + name's rank): reciprocal rank fusion;
    /// and the name's weight where it is exact.
    /// </summary>
    public required double Score { get; init; }
}

/// <summary>What one text of a query contributes.</summary>
/// <param name="Text">The text.</param>
/// <param name="Share">
/// Its part of the segment's score: its weight by the sum of the positive ones; negative where its weight is.
/// </param>
/// <param name="Score">Its logit.</param>
/// <param name="Contrasts">The head's single scores, whose weighted sum is the logit; empty for heads with one.</param>
/// <param name="Frames">The segment's frames in order.</param>
/// <param name="Words">The sentence's words in order; none for heads that look at the sentence alone.</param>
public sealed record TextEvidence(string Text, float Share, float Score, IReadOnlyList<Contrast> Contrasts,
    IReadOnlyList<FrameEvidence> Frames, IReadOnlyList<WordEvidence> Words);

/// <summary>One granularity of comparison.</summary>
/// <param name="Name"><c>video-sentence</c>, <c>video-word</c>, <c>sentence-frame</c> or <c>frame-word</c>.</param>
/// <param name="Score">Its logit.</param>
/// <param name="Weight">Its part of the logit, 0 to 1.</param>
public sealed record Contrast(string Name, float Score, float Weight);

/// <summary>What one frame contributes.</summary>
/// <param name="Time">Its time in the video, in seconds.</param>
/// <param name="Similarity">Cosine of its scored feature with the sentence.</param>
/// <param name="Attention">The sentence's attention to it; null for heads without.</param>
public sealed record FrameEvidence(double Time, float Similarity, float? Attention);

/// <summary>Where one word is seen.</summary>
/// <param name="Text">The word.</param>
/// <param name="Similarities">
/// Cosine of the word with each frame's scored feature; of a word of several tokens, their mean.
/// </param>
public sealed record WordEvidence(string Text, IReadOnlyList<float> Similarities)
{
    /// <summary>
    /// How far its best similarity lies above the mean of the segments that were scored together, in their standard deviations;
    /// null where those are too few to tell.
    /// </summary>
    public double? Lead { get; init; }
}
