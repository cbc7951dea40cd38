using System.Runtime.ExceptionServices;

namespace TcMgc.Hosting;

/// <summary>The first failure of a worker, with which the program ends after the host has stopped.</summary>
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
