using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>The gate of the excitation and aggregation study: FC₂(act(FC₁(mean over D))), N → N/r → N.</summary>
internal sealed class Gate : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc")]
    private readonly Sequential _layers;

    /// <param name="layers">Makes its layers.</param>
    /// <param name="frames">N.</param>
    /// <param name="hidden">N/r; 0 stands for N/2.</param>
    /// <param name="bounded">
    /// Whether the activation is ReLU6, as behind a temporal encoder; an expanding gate (r &lt; 1) has it always.
    /// </param>
    public Gate(Layers layers, int frames, int hidden, bool bounded) : base(nameof(Gate))
    {
        var width = hidden > 0 ? hidden : Math.Max(1, frames / 2);
        nn.Module<Tensor, Tensor> activation = bounded || hidden > frames ? nn.ReLU6() : nn.ReLU();
        _layers = nn.Sequential(("0", layers.Linear(frames, width)), ("1", activation), ("2", layers.Linear(width, frames)));
        RegisterComponents();
    }

    /// <summary>frames [V, N, D] → [V, N].</summary>
    public override Tensor forward(Tensor frames) => _layers.call(frames.mean([-1]));

    /// <summary>Excitation: every frame scaled by its own sigmoid gate. [V, N, D] → [V, N, D].</summary>
    public Tensor Excite(Tensor frames) => frames * call(frames).sigmoid().unsqueeze(-1);

    /// <summary>Aggregation: frames compete through a softmax over their gates. [V, N, D] → [V, D].</summary>
    public Tensor Aggregate(Tensor frames) => call(frames).softmax(-1).unsqueeze(1).matmul(frames).squeeze(1);
}
