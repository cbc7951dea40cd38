namespace TcMgc.Cli;

/// <summary>Estimates how long work still takes, from how long took what was done since the first estimate.</summary>
internal sealed class TimeLeft(TimeProvider time)
{
    private (double Done, long At)? _first;

    /// <summary>
    /// ", about 00:01:30 left", in whole seconds; empty until something was done. Work that goes back begins anew.
    /// </summary>
    /// <param name="done">Work that is done, in any unit.</param>
    /// <param name="total">All of the work, in the same unit.</param>
    public string After(double done, double total)
    {
        if (_first is not { } first || done < first.Done)
            _first = first = (done, time.GetTimestamp());
        if (done <= first.Done)
            return "";
        var seconds = time.GetElapsedTime(first.At).TotalSeconds / (done - first.Done) * Math.Max(0, total - done);
        return $", about {TimeSpan.FromSeconds(Math.Ceiling(seconds))} left";
    }
}
