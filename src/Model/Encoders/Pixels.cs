using TcMgc.Model.Compute;
using static TorchSharp.torch;

namespace TcMgc.Model.Encoders;

/// <summary>Frames as encoders take them.</summary>
internal static class Pixels
{
    /// <summary>Rows of RGB24 [B, S, S, 3] as bytes → normalised pixels [B, 3, S, S].</summary>
    public static Tensor Normalised(this IDualEncoder encoders, Tensor rgb)
    {
        var scale = tensor([.. encoders.Deviation.Select(d => 1 / (255 * d))], [3, 1, 1], device: rgb.device);
        var shift = tensor([.. encoders.Mean.Zip(encoders.Deviation, (m, d) => -m / d)], [3, 1, 1], device: rgb.device);
        return (rgb.permute(0, 3, 1, 2).to_type(ScalarType.Float32) * scale).Plus(shift);
    }
}
