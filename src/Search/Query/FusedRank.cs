using TcMgc.Client;

namespace TcMgc.Search.Query;

/// <summary>
/// Where a segment stands among those that were seen, those in which words of the query are said, and those of videos that are
/// named so: reciprocal rank fusion.
/// </summary>
/// <param name="Visual">Its place by the model's score, from 1.</param>
/// <param name="Spoken">Its place by the words said in it, from 1; null where none of the query's are.</param>
/// <param name="Named">
/// Its video's place by title, file name and tags, from 1; null where they have too few of the query's words, or another segment
/// of the video looks more like the query.
/// </param>
/// <param name="NamedShare">How much of the query's words its video's title, file name and tags have, at most 1.</param>
/// <param name="IsExact">Whether its video is called what the query says and no more.</param>
/// <param name="Weights">Weights of words beside the picture's of 1.</param>
internal readonly record struct FusedRank(
    int Visual, int? Spoken, int? Named, double NamedShare, bool IsExact, WordWeights Weights)
{
    /// <summary>What keeps the first few ranks from deciding alone (Cormack, Clarke and Büttcher, 2009).</summary>
    private const double Smoothing = 60;

    /// <summary>
    /// 1 / (60 + visual rank) + weight / (60 + spoken rank) + weight × share / (60 + name's rank), and the weight once more
    /// where the name is exact: whoever types a name wants its video before all others.
    /// </summary>
    public double Score => VisualPart + SpokenPart + Part(Named, Weights.Names * NamedShare) + (IsExact ? Weights.Names : 0);

    public double VisualPart => 1 / (Smoothing + Visual);

    public double SpokenPart => Part(Spoken, Weights.Transcripts);

    public Fusion ToFusion() => new(Visual, Spoken, Weights.Transcripts)
    {
        NameRank = Named,
        NameShare = Named is null ? null : NamedShare,
        NameIsExact = IsExact,
        NameWeight = Weights.Names,
        Score = Score,
    };

    private static double Part(int? rank, double weight) => rank is { } place ? weight / (Smoothing + place) : 0;
}

/// <summary>A segment in which words of a query are said.</summary>
/// <param name="Rank">Its place among them, from 1.</param>
/// <param name="Said">The cues that have some, the best match first.</param>
internal sealed record SpokenSegment(int Rank, IReadOnlyList<SaidWords> Said);

/// <summary>How much words count beside the picture's 1.</summary>
/// <param name="Transcripts">Of what is said.</param>
/// <param name="Names">Of titles, file names and tags.</param>
internal readonly record struct WordWeights(double Transcripts, double Names);
