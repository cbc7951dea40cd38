using TcMgc.Model.Compute;
using TcMgc.Model.Temporal;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Heads;

/// <summary>
/// The excitation and aggregation study: frames recalibrated and weighted by gates around the temporal encoder.
/// </summary>
internal sealed class ExcitationAggregationHead : HeadModule
{
    [ComponentName(Name = "se_block_excitation")]
    private readonly Gate? _excitation;

    [ComponentName(Name = ParameterNames.Unnamed)]
    private readonly TemporalEncoder? _temporal;

    [ComponentName(Name = "se_block_aggregation")]
    private readonly Gate? _aggregation;

    public ExcitationAggregationHead(Layers layers, ModelConfig config, bool excitation, TemporalKind temporal, bool aggregation)
        : base(nameof(ExcitationAggregationHead), layers)
    {
        if (excitation)
            _excitation = new(layers, config.Frames, config.ExcitationHidden, bounded: false);
        _temporal = TemporalEncoder.Of(temporal, layers, config);
        if (aggregation)
            _aggregation = new(layers, config.Frames, config.AggregationHidden, bounded: _temporal is not null);
        RegisterComponents();
    }

    public override VideoSide Video(Tensor frames, Tensor mask)
    {
        var x = _excitation?.Excite(frames) ?? frames;
        x = _temporal?.call(x, mask) ?? x;
        return new(Unit(_aggregation?.Aggregate(x) ?? Mean(Unit(x), mask)), x, mask);
    }

    public override PairScores Score(TextSide text, VideoSide video) => new(Cosine(text, video));
}
