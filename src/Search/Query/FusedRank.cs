using TcMgc.Client;

namespace TcMgc.Search.Query;

/// <summary>
/// Where a segment stands among those that were seen and those in which words of the query are said: reciprocal rank fusion.
/// </summary>
/// <param name="Visual">Its place by the model's score, from 1.</param>
/// <param name="Spoken">Its place by the words said in it, from 1; null where none of the query's are.</param>
/// <param name="Weight">Weight of the words beside the picture's of 1.</param>
internal readonly record struct FusedRank(int Visual, int? Spoken, double Weight)
{
    /// <summary>What keeps the first few ranks from deciding alone (Cormack, Clarke and Büttcher, 2009).</summary>
    private const double Smoothing = 60;

    /// <summary>1 / (60 + visual rank) + weight / (60 + spoken rank).</summary>
    public double Score => VisualPart + SpokenPart;

    public double VisualPart => 1 / (Smoothing + Visual);

    public double SpokenPart => Spoken is { } rank ? Weight / (Smoothing + rank) : 0;

    public Fusion ToFusion() => new(Visual, Spoken, Weight) { Score = Score };
}

/// <summary>A segment in which words of a query are said.</summary>
/// <param name="Rank">Its place among them, from 1.</param>
/// <param name="Said">The cue that has most of them.</param>
internal sealed record SpokenSegment(int Rank, SaidWords Said);
