using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>
/// Dropout while training: drops a share of the values and scales the others up. It draws from a generator of its own, because
/// others draw from the process's: a step has to give the same weights whatever else the process does.
/// </summary>
internal sealed class Dropout(double rate, torch.Device device) : IDisposable
{
    private readonly Generator _generator = new(0, device);
    private readonly Scalar _scale = (1 / (1 - rate)).ToScalar();

    /// <summary>Begins a sequence of draws.</summary>
    public void Seed(int seed) => _generator.manual_seed(seed);

    public Tensor Apply(Tensor x) => rate == 0 ? x : x * empty_like(x).bernoulli_(1 - rate, _generator).mul_(_scale);

    public void Dispose() => _generator.Dispose();
}
