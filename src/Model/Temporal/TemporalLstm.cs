using TcMgc.Model.Compute;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Temporal;

/// <summary>CLIP4Clip's seqLSTM: one layer over the frames that are there, with a residual around it.</summary>
/// <remarks>
/// As published: behind a video's end the output is the frame itself, and twice the frame behind the batch's longest.
/// </remarks>
internal sealed class TemporalLstm : TemporalEncoder
{
    [ComponentName(Name = "lstm_visual")]
    private readonly LSTM _lstm;

    public TemporalLstm(Layers layers, ModelConfig config) : base(nameof(TemporalLstm))
    {
        var width = config.Encoders.Width;
        _lstm = nn.LSTM(width, width, batchFirst: true, device: layers.Device, dtype: layers.Type);
        RegisterComponents();
    }

    public override Tensor forward(Tensor frames, Tensor mask)
    {
        var lengths = mask.sum(1, keepdim: true);                                                // [V, 1]
        var positions = ones_like(mask).cumsum(1) - ones_like(mask);                             // [V, N]
        var seen = (positions < lengths).to_type(frames.dtype).unsqueeze(-1);                    // [V, N, 1]
        var beyondAll = (positions >= lengths.max()).to_type(frames.dtype).unsqueeze(-1);        // [V, N, 1]
        return (_lstm.call(frames).Item1 * seen).Plus(frames * beyondAll).Plus(frames);
    }
}
