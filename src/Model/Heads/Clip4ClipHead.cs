using TcMgc.Model.Compute;
using TcMgc.Model.Temporal;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>
/// CLIP4Clip's loose types: frames, through a temporal encoder or not, to their mean; cosine with the sentence.
/// </summary>
internal sealed class Clip4ClipHead : HeadModule
{
    [ComponentName(Name = ParameterNames.Unnamed)]
    private readonly TemporalEncoder? _temporal;

    public Clip4ClipHead(Layers layers, ModelConfig config, TemporalKind temporal) : base(nameof(Clip4ClipHead), layers)
    {
        _temporal = TemporalEncoder.Of(temporal, layers, config);
        RegisterComponents();
    }

    public override VideoSide Video(Tensor frames, Tensor mask)
    {
        var encoded = _temporal?.call(frames, mask) ?? frames;
        return new(Unit(Mean(Unit(encoded), mask)), encoded, mask);
    }

    public override PairScores Score(TextSide text, VideoSide video) => new(Cosine(text, video));
}
