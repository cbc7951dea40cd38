namespace TcMgc.Model.Calibration;

/// <summary>Fits a <see cref="ScoreCalibration"/> to first results. Every kind of question counts as much as any other.</summary>
public static class Calibrator
{
    /// <summary>Part of the right first results that the default threshold lets through.</summary>
    private const double RightKept = 0.9;

    private const int LeastOfEach = 5;

    /// <summary>Fits weights and threshold.</summary>
    /// <param name="results">First results, right and wrong ones.</param>
    /// <param name="data">What they are of.</param>
    /// <exception cref="ModelException">There are too few of either, or the scores do not tell them apart.</exception>
    public static ScoreCalibration Fit(IReadOnlyList<FirstResult> results, string data)
    {
        if (results.Count(result => result.IsRight) < LeastOfEach || results.Count(result => !result.IsRight) < LeastOfEach)
            throw new ModelException($"{data}: too few right or wrong first results to calibrate by; use more videos");
        var weights = Weights(results);
        var fitted = LogisticFit.Fit([.. results.Select(Inputs)], [.. results.Select(result => result.IsRight)], weights);
        if (!(fitted[1] > 0))
            throw new ModelException(
                $"{data}: the model's scores do not tell right videos from wrong ones; there is nothing to calibrate");
        var calibration = new ScoreCalibration(fitted[0], fitted[1], fitted[2], fitted[3], fitted[4], 0, data, results.Count);
        return calibration with { Threshold = Threshold(calibration, results, weights) };
    }

    private static double[] Inputs(FirstResult result) =>
        [result.Score, Math.Log(result.Segments), result.Shape.Length, result.Shape.Spelling];

    private static double[] Weights(IReadOnlyList<FirstResult> results)
    {
        var kinds = results.CountBy(result => result.Kind).ToDictionary();
        return [.. results.Select(result => 1.0 / kinds[result.Kind])];
    }

    /// <summary>The greatest two-digit threshold that keeps as many right first results as it should.</summary>
    private static double Threshold(ScoreCalibration calibration, IReadOnlyList<FirstResult> results, double[] weights)
    {
        var right = results.Zip(weights).Where(result => result.First.IsRight)
            .Select(result => (calibration.Of(result.First).Probability, Weight: result.Second))
            .OrderByDescending(result => result.Probability);
        var (all, kept) = (right.Sum(result => result.Weight), 0.0);
        foreach (var (probability, weight) in right)
            if ((kept += weight) >= RightKept * all)
                return Math.Floor(100 * probability) / 100;
        return 0;
    }

    /// <summary>How sure a first result is.</summary>
    internal static Confidence Of(this ScoreCalibration calibration, in FirstResult result) =>
        calibration.Of(result.Score, result.Segments, result.Shape);
}
