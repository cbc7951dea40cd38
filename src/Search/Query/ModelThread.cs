using System.Collections.Concurrent;

namespace TcMgc.Search.Query;

/// <summary>
/// Runs the model for all searches of an engine, one run after the other, on a thread of its own. A run uses every processor, by
/// helpers that belong to the thread that starts it: those of several threads get in each other's way.
/// </summary>
internal sealed class ModelThread : IDisposable
{
    private readonly BlockingCollection<Task> _runs = [];

    public ModelThread() => new Thread(Work) { IsBackground = true, Name = "searches" }.Start();

    /// <summary>What a run gives, once those before it have ended.</summary>
    public Task<T> RunAsync<T>(Func<T> run)
    {
        var task = new Task<T>(run, TaskCreationOptions.RunContinuationsAsynchronously);
        _runs.Add(task);
        return task;
    }

    public void Dispose() => _runs.CompleteAdding();

    private void Work()
    {
        foreach (var run in _runs.GetConsumingEnumerable())
            run.RunSynchronously(TaskScheduler.Default);
        _runs.Dispose();
    }
}
