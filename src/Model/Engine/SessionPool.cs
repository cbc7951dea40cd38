using System.Collections.Concurrent;
using TcMgc.Model.Graphs;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Engine;

/// <summary>A session made at first use, and the bindings its callers take turns with.</summary>
internal sealed class SessionPool(Func<Graph> graph, WeightFile weights, EngineOptions options) : IDisposable
{
    private readonly Lazy<Session> _session = new(() => Session.Create(graph(), weights, options));
    private readonly ConcurrentBag<Binding> _idle = [];

    /// <summary>A binding for one caller; give it back when done.</summary>
    public Binding Rent() => _idle.TryTake(out var binding) ? binding : _session.Value.Bind();

    /// <summary>Takes a binding back for the next caller.</summary>
    public void Return(Binding binding) => _idle.Add(binding);

    public void Dispose()
    {
        foreach (var binding in _idle)
            binding.Dispose();
        if (_session.IsValueCreated)
            _session.Value.Dispose();
    }
}
