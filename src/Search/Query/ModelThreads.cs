using System.Collections.Concurrent;

namespace TcMgc.Search.Query;

/// <summary>
/// Runs the model for all searches of an engine, on threads of their own. A run that is alone uses every processor, by helpers
/// that belong to its thread; those of several threads get in each other's way, so that runs side by side share the processors.
/// </summary>
internal sealed class ModelThreads : IDisposable
{
    private readonly BlockingCollection<Task> _runs = [];
    private readonly int _processors;
    private int _threads, _running;

    /// <param name="processors">How many there are, and how many runs at most go on side by side.</param>
    public ModelThreads(int processors)
    {
        _processors = _threads = processors;
        for (var at = 0; at < processors; at++)
            new Thread(Work) { IsBackground = true, Name = "searches" }.Start();
    }

    /// <summary>What a run gives, once a thread is free for it.</summary>
    /// <param name="run">Is given its share of the processors, at least one.</param>
    public Task<T> RunAsync<T>(Func<int, T> run)
    {
        var task = new Task<T>(() => run(Share), TaskCreationOptions.RunContinuationsAsynchronously);
        _runs.Add(task);
        return task;
    }

    public void Dispose() => _runs.CompleteAdding();

    private int Share => Math.Max(1, _processors / (_runs.Count + Volatile.Read(ref _running)));

    private void Work()
    {
        foreach (var run in _runs.GetConsumingEnumerable())
        {
            Interlocked.Increment(ref _running);
            run.RunSynchronously(TaskScheduler.Default);
            Interlocked.Decrement(ref _running);
        }
        if (Interlocked.Decrement(ref _threads) == 0)
            _runs.Dispose();
    }
}
