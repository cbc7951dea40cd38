namespace TcMgc.Cli;

/// <summary>Estimates how long work still takes, from how long the part that is done took.</summary>
internal sealed class TimeLeft(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>", about 0:01:30 left", in whole seconds; empty while nothing is done.</summary>
    /// <param name="done">Work that is done, in any unit.</param>
    /// <param name="total">All of the work, in the same unit.</param>
    public string After(double done, double total)
    {
        var seconds = time.GetElapsedTime(_started).TotalSeconds / done * (total - done);
        return done <= 0 ? "" : $", about {TimeSpan.FromSeconds(Math.Ceiling(seconds))} left";
    }
}
