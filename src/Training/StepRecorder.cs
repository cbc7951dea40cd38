namespace TcMgc.Training;

/// <summary>Averages steps into lines of the log.</summary>
internal sealed class StepRecorder(MetricsLog log, IProgress<MetricsLine>? progress, TimeProvider time, TimeSpan interval)
{
    private long _written = time.GetTimestamp();
    private double _loss, _infoNce, _sdr, _norm, _seconds;
    private int _steps, _pairs;

    /// <summary>Adds a step. Writes a line when the interval is over, or after the last step of an epoch.</summary>
    public void Add(TrainingStep step, long number, double epoch, int pairs, double seconds, double rate, bool last)
    {
        _loss += step.Loss;
        _infoNce += step.InfoNce;
        _sdr += step.Sdr ?? 0;
        _norm += step.GradientNorm;
        _seconds += seconds;
        _pairs += pairs;
        _steps++;
        if (!last && time.GetElapsedTime(_written) < interval)
            return;
        var line = new MetricsLine(number, Round(epoch))
        {
            Loss = Round(_loss / _steps),
            InfoNce = Round(_infoNce / _steps),
            Sdr = step.Sdr is null ? null : Round(_sdr / _steps),
            GradientNorm = Round(_norm / _steps),
            LearningRate = rate,
            PairsPerSecond = Round(_pairs / _seconds),
        };
        log.Add(line);
        progress?.Report(line);
        _loss = _infoNce = _sdr = _norm = _seconds = 0;
        _steps = _pairs = 0;
        _written = time.GetTimestamp();
    }

    private static double Round(double value) => Math.Round(value, 4);
}
