namespace TcMgc.Training;

/// <summary>The learning rate schedule of the papers: linear warm-up, then cosine decay to zero.</summary>
internal static class LearningRate
{
    /// <summary>The rate at a step as a factor of the peak rate, 0…1.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="steps">All steps of the run.</param>
    /// <param name="warmup">Part of the steps in which the rate rises, 0…1.</param>
    public static double Factor(long step, long steps, double warmup)
    {
        var progress = (step + 1.0) / steps;
        return progress < warmup
            ? progress / warmup
            : 0.5 * (1 + Math.Cos(Math.PI * (progress - warmup) / Math.Max(1 - warmup, 1e-12)));
    }
}
