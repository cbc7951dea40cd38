using System.Runtime.ExceptionServices;

namespace TcMgc.Hosting;

/// <summary>What made a worker fail, kept until the host has stopped: the program ends with it.</summary>
internal sealed class WorkerFailure
{
    private Exception? _first;

    public void Set(Exception error) => Interlocked.CompareExchange(ref _first, error, null);

    public void ThrowIfAny()
    {
        if (_first is { } error)
            ExceptionDispatchInfo.Throw(error);
    }
}
