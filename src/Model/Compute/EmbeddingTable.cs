using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>Rows that are looked up by number: those of tokens or of positions.</summary>
internal sealed class EmbeddingTable : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    public EmbeddingTable(Layers layers, long rows, long width) : base(nameof(EmbeddingTable))
    {
        _weight = layers.Parameter(rows, width);
        RegisterComponents();
    }

    /// <summary>Numbers [A, B] int64 → their rows [A, B, width].</summary>
    public override Tensor forward(Tensor numbers) =>
        _weight.index_select(0, numbers.reshape(-1)).view(numbers.shape[0], numbers.shape[1], _weight.shape[1]);

    /// <summary>The first rows. [count, width].</summary>
    public Tensor First(long count) => _weight.narrow(0, 0, count);
}
