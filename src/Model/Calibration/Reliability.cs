namespace TcMgc.Model.Calibration;

/// <summary>First results whose probability lies in a range.</summary>
/// <param name="From">Its least probability.</param>
/// <param name="To">Its end.</param>
/// <param name="Answers">First results in it.</param>
/// <param name="Promised">Their mean probability.</param>
/// <param name="Right">Part of them that are right.</param>
public sealed record ReliabilityBin(double From, double To, int Answers, double Promised, double Right);

/// <summary>What the default threshold does to the questions of one kind in libraries of one size, rates from 0 to 1.</summary>
/// <param name="Kind">Of the questions.</param>
/// <param name="Videos">In a library.</param>
/// <param name="RightFirst">Answers whose first result is right, where the library holds a match; null where it never
/// does.</param>
/// <param name="FalseAccept">Answers that show something, where nothing matches; null where something always does.</param>
/// <param name="FalseReject">Answers that say that nothing matches, where something does; null where nothing ever does.</param>
/// <param name="RightRejected">The same of the answers whose first result is right.</param>
public sealed record ThresholdRates(
    string Kind, int Videos, double? RightFirst, double? FalseAccept, double? FalseReject, double? RightRejected);

/// <summary>Whether a calibration keeps its word on first results that it was not fitted to.</summary>
/// <param name="Answers">First results.</param>
/// <param name="Error">Mean difference of promised and right over the bins (expected calibration error), 0 … 1.</param>
/// <param name="Bins">Ten ranges of probability; empty ones are left out.</param>
public sealed record Reliability(int Answers, double Error, IReadOnlyList<ReliabilityBin> Bins)
{
    private const int Ranges = 10;

    /// <summary>Measures it.</summary>
    public static Reliability Of(ScoreCalibration calibration, IReadOnlyList<FirstResult> results)
    {
        ReliabilityBin[] bins = [.. results.Select(result => (calibration.Of(result).Probability, result.IsRight))
            .GroupBy(result => Math.Min(Ranges - 1, (int)(result.Probability * Ranges))).OrderBy(bin => bin.Key)
            .Select(bin => new ReliabilityBin((double)bin.Key / Ranges, (bin.Key + 1.0) / Ranges, bin.Count(),
                bin.Average(result => result.Probability), bin.Average(result => result.IsRight ? 1.0 : 0)))];
        return new(
            results.Count, bins.Sum(bin => bin.Answers * Math.Abs(bin.Promised - bin.Right)) / Math.Max(1, results.Count), bins);
    }

    /// <summary>What the default threshold does to each kind of question.</summary>
    /// <param name="calibration">The calibration.</param>
    /// <param name="results">First results in libraries of one size.</param>
    /// <param name="videos">That size.</param>
    public static IReadOnlyList<ThresholdRates> Rates(
        ScoreCalibration calibration, IReadOnlyList<FirstResult> results, int videos)
    {
        return [.. results.GroupBy(result => result.Kind).Select(kind => Of(kind.Key, [.. kind]))];

        ThresholdRates Of(string kind, FirstResult[] some)
        {
            FirstResult[] matched = [.. some.Where(result => result.HasMatch)], right = [.. some.Where(result => result.IsRight)];
            return new(
                kind, videos, Part(matched, result => result.IsRight), Part([.. some.Where(result => !result.HasMatch)], Shows),
                Part(matched, result => !Shows(result)), Part(right, result => !Shows(result)));
        }

        bool Shows(FirstResult result) => calibration.Of(result).Probability >= calibration.Threshold;

        static double? Part(FirstResult[] some, Func<FirstResult, bool> fits) =>
            some.Length == 0 ? null : (double)some.Count(fits) / some.Length;
    }
}
