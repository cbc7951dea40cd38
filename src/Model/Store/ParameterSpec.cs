using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Native;
using static TorchSharp.torch;

namespace TcMgc.Model.Store;

/// <summary>A weight a model needs.</summary>
/// <param name="Name">Its name in checkpoints, as the papers' code publishes it.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
public sealed record ParameterSpec(string Name, IReadOnlyList<int> Shape)
{
    /// <summary>Its elements.</summary>
    public long Count => Shape.Aggregate(1L, (count, size) => count * size);

    /// <summary>
    /// Every parameter that the model of a configuration needs, read off its modules: there is no second list to keep in step.
    /// </summary>
    /// <exception cref="ModelException">The configuration cannot be.</exception>
    public static IReadOnlyList<ParameterSpec> Of(ModelConfig config)
    {
        config.Validate();
        var head = SimilarityHead.Of(config);
        LibTorch.Load();
        return [.. Of(config.Encoders.CreateFrameEncoder(Layers.Float32), config.Encoders.FramePrefix),
            .. Of(config.Encoders.CreateTextEncoder(Layers.Float32), config.Encoders.TextPrefix),
            .. Of(head.Create(Layers.Float32, config), "")];
    }

    private static IEnumerable<ParameterSpec> Of(nn.Module module, string prefix)
    {
        using (module)
            return [.. ParameterNames.Published(module, prefix)
                .Select(p => new ParameterSpec(p.Name, [.. p.Parameter.shape.Select(size => (int)size)]))];
    }
}
