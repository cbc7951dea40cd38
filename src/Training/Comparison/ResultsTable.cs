using System.Text;

namespace TcMgc.Training.Comparison;

/// <summary>Mean and sample standard deviation of a figure over the seeds; one seed deviates by 0.</summary>
internal sealed record Spread(double Mean, double Deviation)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        var mean = all.Average();
        return new(mean, all.Length < 2 ? 0 : Math.Sqrt(all.Sum(x => (x - mean) * (x - mean)) / (all.Length - 1)));
    }

    public override string ToString() => $"{Mean:F1} ± {Deviation:F1}";
}

/// <summary>A line of the table.</summary>
internal sealed record ResultRow(
    string Group, string Variant, int Seeds, Spread RecallAt1, Spread RecallAt5, Spread RecallAt10, Spread MedianRank,
    Spread MeanRank, Spread VideoToTextRecallAt1, long HeadParameters, double MillisecondsPer1000Pairs, double TrainingMinutes);

/// <summary>The outcomes as a table, in groups of variants.</summary>
internal static class ResultsTable
{
    /// <summary>One row for each variant that has outcomes.</summary>
    public static IReadOnlyList<ResultRow> Rows(IReadOnlyList<Variant> variants, IReadOnlyList<Outcome> outcomes) =>
    [
        .. variants.Select(variant => (variant, Of: outcomes.Where(outcome => outcome.Variant == variant.Name).ToList()))
            .Where(row => row.Of.Count > 0).Select(row =>
            new ResultRow(row.variant.Group, row.variant.Name, row.Of.Count,
                Spread.Of(row.Of.Select(o => o.TextToVideo.RecallAt1)), Spread.Of(row.Of.Select(o => o.TextToVideo.RecallAt5)),
                Spread.Of(row.Of.Select(o => o.TextToVideo.RecallAt10)),
                Spread.Of(row.Of.Select(o => o.TextToVideo.MedianRank)), Spread.Of(row.Of.Select(o => o.TextToVideo.MeanRank)),
                Spread.Of(row.Of.Select(o => o.VideoToText.RecallAt1)), row.Of[0].HeadParameters,
                row.Of.Select(o => o.MillisecondsPer1000Pairs).Order().ElementAt(row.Of.Count / 2),
                row.Of.Average(o => o.TrainingMinutes))),
    ];

    /// <summary>One Markdown table for each group.</summary>
    public static string Markdown(IReadOnlyList<ResultRow> rows)
    {
        var text = new StringBuilder();
        foreach (var group in rows.GroupBy(row => row.Group))
        {
            text.Append($"### {group.Key}\n\n");
            text.Append(
                "| | R@1 | R@5 | R@10 | MdR | MnR | video → text R@1 | parameters | ms per 1,000 pairs | training minutes "
                    + "|\n|---|---|---|---|---|---|---|---|---|---|\n");
            foreach (var row in group)
                text.Append(
                    $"| {row.Variant} | {row.RecallAt1} | {row.RecallAt5} | {row.RecallAt10} | {row.MedianRank} | {row.MeanRank} "
                        + $"| {row.VideoToTextRecallAt1} | {row.HeadParameters:N0} | {row.MillisecondsPer1000Pairs:F2} | "
                        + $"{row.TrainingMinutes:F1} |\n");
            text.Append('\n');
        }
        return text.ToString();
    }
}
