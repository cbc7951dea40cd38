namespace TcMgc.Stores.Sqlite;

/// <summary>Runs long work for all who wait for it, once at a time, on a thread of its own: waiting takes no thread.</summary>
internal sealed class SharedRun<T>(Func<T> work)
{
    private readonly Lock _gate = new();
    private Task<T>? _running;

    /// <summary>The run under way, which may have begun before this call; else a new one.</summary>
    public Task<T> JoinAsync()
    {
        lock (_gate)
            return _running is { IsCompleted: false } ? _running : _running = Task.Factory.StartNew(
                work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits for the end of the run under way, however it ends.</summary>
    public void Wait()
    {
        lock (_gate)
            _running?.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default).Wait();
    }
}
