using TcMgc.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>Weights from a file into a module, one tensor at a time.</summary>
internal static class WeightLoading
{
    /// <summary>Reads every parameter of a module by its published name; no gradient is kept for them.</summary>
    /// <exception cref="ModelException">The file lacks one or has it in another shape.</exception>
    public static T Load<T>(this T module, string prefix, WeightFile weights) where T : nn.Module
    {
        using var _ = no_grad();
        foreach (var (name, parameter) in ParameterNames.Published(module, prefix))
        {
            if (!weights.Entries.TryGetValue(name, out var entry))
                throw new ModelException(
                    $"{weights.Path}: the weight '{name}' [{string.Join(", ", parameter.shape)}] is missing");
            if (!entry.Shape.Select(size => (long)size).SequenceEqual(parameter.shape))
                throw new ModelException($"{weights.Path}: the weight '{name}' is [{string.Join(", ", entry.Shape)}], "
                    + $"the model needs [{string.Join(", ", parameter.shape)}]");
            using var stored = empty(parameter.shape, TypeOf(entry.Type, weights.Path, name));
            weights.Read(name, stored.bytes);
            parameter.copy_(stored);
            parameter.requires_grad = false;
        }
        module.eval();
        return module;
    }

    private static ScalarType TypeOf(ElementType type, string path, string name) => type switch
    {
        ElementType.Float32 => ScalarType.Float32,
        ElementType.Float16 => ScalarType.Float16,
        ElementType.BFloat16 => ScalarType.BFloat16,
        _ => throw new ModelException($"{path}: '{name}' is {type}; a parameter is float"),
    };
}
