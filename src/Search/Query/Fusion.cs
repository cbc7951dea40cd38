namespace TcMgc.Search.Query;

/// <summary>
/// Where a segment stands among those that were seen and those in which words of the query are said: reciprocal rank fusion.
/// Results are in the order of <see cref="Score"/>.
/// </summary>
/// <param name="VisualRank">Its place by the model's score, from 1.</param>
/// <param name="TranscriptRank">Its place by the words said in it, from 1; null where none of the query's are.</param>
/// <param name="TranscriptWeight">What the words count beside the picture.</param>
public sealed record Fusion(int VisualRank, int? TranscriptRank, double TranscriptWeight)
{
    /// <summary>What keeps the first few ranks from deciding alone (Cormack, Clarke and Büttcher, 2009).</summary>
    private const double Smoothing = 60;

    /// <summary>1 / (60 + visual rank) + weight / (60 + transcript rank).</summary>
    public double Score => Visual + Spoken;

    internal double Visual => 1 / (Smoothing + VisualRank);

    internal double Spoken => TranscriptRank is { } rank ? TranscriptWeight / (Smoothing + rank) : 0;
}

/// <summary>A segment in which words of a query are said.</summary>
/// <param name="Rank">Its place among them, from 1.</param>
/// <param name="Said">The cue that has most of them.</param>
internal sealed record SpokenSegment(int Rank, SaidWords Said);
