namespace TcMgc.Training;

/// <summary>The schedule of the papers: a linear rise, then half a cosine down to zero.</summary>
internal static class LearningRate
{
    /// <summary>The part of the peak rate, 0…1, at a step.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="steps">All steps of the run.</param>
    /// <param name="warmup">Part of the steps in which it rises.</param>
    public static double Factor(long step, long steps, double warmup)
    {
        var progress = (step + 1.0) / steps;
        return progress < warmup
            ? progress / warmup
            : 0.5 * (1 + Math.Cos(Math.PI * (progress - warmup) / Math.Max(1 - warmup, 1e-12)));
    }
}
