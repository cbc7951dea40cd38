using TcMgc.Model.Graphs;

namespace TcMgc.Model;

/// <summary>A weight a model needs.</summary>
/// <param name="Name">Its name in checkpoints, as the papers' code publishes it.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
public sealed record ParameterSpec(string Name, IReadOnlyList<int> Shape)
{
    /// <summary>Its elements.</summary>
    public long Count => Shape.Aggregate(1L, (count, size) => count * size);
}

/// <summary>The weights of a model, read off its graphs: there is no second list to keep in step.</summary>
public static class ModelParameters
{
    /// <summary>Every parameter that the model of a configuration needs.</summary>
    /// <exception cref="ModelException">The configuration cannot be.</exception>
    public static IReadOnlyList<ParameterSpec> Of(ModelConfig config)
    {
        var graphs = new[] { ModelGraphs.FrameEncoder(config), ModelGraphs.VideoEncoder(config), ModelGraphs.TextEncoder(config), ModelGraphs.Scorer(config) };
        return [.. graphs.SelectMany(g => g.Parameters).DistinctBy(p => p.Name)
            .Select(p => new ParameterSpec(p.Name, [.. p.Shape.Select(d => (int)d.Factor)]))];
    }
}
