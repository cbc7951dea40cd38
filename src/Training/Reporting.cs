namespace TcMgc.Training;

/// <summary>Reports at once on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class Reporting<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
