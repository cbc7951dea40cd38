using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Training;

/// <summary>
/// AdamW: Adam with decoupled weight decay, of matrices only. TorchSharp's own gives libtorch numbers that the garbage
/// collector may free before they are read (docs/decisions.md); here what is given lives until it was used.
/// </summary>
internal sealed class AdamW(TrainingOptions options, IReadOnlyList<Parameter> parameters) : IDisposable
{
    private readonly Scalar _epsilon = 1e-6.ToScalar(),
        _meanDecay = options.Beta1.ToScalar(), _meanGain = (1 - options.Beta1).ToScalar(),
        _squareDecay = options.Beta2.ToScalar(), _squareGain = (1 - options.Beta2).ToScalar();

    /// <summary>Of each parameter, the decaying means of its gradient and of the gradient's square.</summary>
    public IReadOnlyList<(Tensor Mean, Tensor Square)> Moments { get; } =
        [.. parameters.Select(p => (zeros_like(p, requires_grad: false), zeros_like(p, requires_grad: false)))];

    /// <summary>Moves a parameter by its gradient, where it has one.</summary>
    /// <param name="parameter">The weights.</param>
    /// <param name="moments">Its moments.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="step">Number of the step, from 1, for the bias correction.</param>
    public void Move(Parameter parameter, (Tensor Mean, Tensor Square) moments, double rate, long step)
    {
        using var scope = NewDisposeScope();
        if (parameter.grad is not { } gradient)
            return;
        using var keep = (1 - (rate * (parameter.dim() > 1 ? options.WeightDecay : 0))).ToScalar();
        using var size = (-rate / (1 - Math.Pow(options.Beta1, step))).ToScalar();
        using var unbias = (1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step))).ToScalar();
        var (mean, square) = moments;
        mean.mul_(_meanDecay).add_(gradient, _meanGain);
        square.mul_(_squareDecay).addcmul_(gradient, gradient, _squareGain);
        parameter.mul_(keep).addcdiv_(mean, square.sqrt().mul_(unbias).Add(_epsilon), size);
    }

    public void Dispose()
    {
        foreach (var (mean, square) in Moments)
        {
            mean.Dispose();
            square.Dispose();
        }
    }
}
