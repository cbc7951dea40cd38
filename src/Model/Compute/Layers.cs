using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>
/// Makes layers on a device whose weights are still to be read. Nothing is initialised, so that a large model costs neither
/// time nor memory before its weights come.
/// </summary>
/// <param name="Device">Where weights lie and forward passes run.</param>
/// <param name="Type">What weights are.</param>
/// <param name="Dropout">What drops activations in training; null when serving.</param>
/// <param name="Products">What heads multiply weights with the frames of all candidates in; null for the type.</param>
internal sealed record Layers(
    torch.Device Device, ScalarType Type, Dropout? Dropout = null, ScalarType? Products = null)
{
    /// <summary>Layers that tell names and shapes, or that are trained, on the processor in 32-bit floats.</summary>
    public static Layers Float32 { get; } = new(CPU, ScalarType.Float32);

    public Parameter Parameter(params long[] shape) => new(empty(shape, Type, Device));

    public Linear Linear(long inputs, long outputs) => nn.Linear(Parameter(outputs, inputs), Parameter(outputs));

    public LayerNorm LayerNorm(long width) => nn.LayerNorm(width, device: Device, dtype: Type);
}
