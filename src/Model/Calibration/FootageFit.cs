namespace TcMgc.Model.Calibration;

/// <summary>Fits a <see cref="Footage"/> to the frames of videos.</summary>
public static class FootageFit
{
    private const double Shrinkage = 1e-3;

    /// <summary>Greater, for the background is to be wide.</summary>
    private const double BackgroundShrinkage = 0.1;

    private const double Kept = 0.95;

    private const int Folds = 5;

    /// <summary>Fits it, and the limit on videos that each fold leaves out.</summary>
    /// <param name="videos">Unit frame embeddings of each video, rows of D; at least one row each.</param>
    /// <param name="background">Unit embeddings of images of any kind, D values each.</param>
    /// <param name="width">D.</param>
    /// <exception cref="ModelException">There are too few videos.</exception>
    public static Footage Fit(IReadOnlyList<float[]> videos, IReadOnlyList<float[]> background, int width)
    {
        if (videos.Count < 2 * Folds)
            throw new ModelException($"{videos.Count} videos are too few to say what footage a model was calibrated on; use at "
                + $"least {2 * Folds}");
        var all = new Footage(
            Gaussian.Fit(Rows(videos, width), Shrinkage), Gaussian.Fit(Rows(background, width), BackgroundShrinkage), 0);
        var distances = new List<double>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var others = all with
            {
                Calibrated = Gaussian.Fit(Rows(videos.Where((_, video) => video % Folds != fold), width), Shrinkage),
            };
            distances.AddRange(videos.Where((_, video) => video % Folds == fold).Select(video => others.Distance(video)));
        }
        distances.Sort();
        return all with { Limit = distances[(int)(Kept * (distances.Count - 1))] };
    }

    private static List<ReadOnlyMemory<float>> Rows(IEnumerable<float[]> videos, int d) =>
        [.. videos.SelectMany(video => Enumerable.Range(0, video.Length / d), (video, row) =>
            (ReadOnlyMemory<float>)video.AsMemory(row * d, d))];
}
