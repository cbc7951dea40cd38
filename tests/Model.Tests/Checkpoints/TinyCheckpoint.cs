using TcMgc.Model.Checkpoints;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

/// <summary>A model small enough to be made and written in every test.</summary>
internal static class TinyCheckpoint
{
    public static ClipArchitecture Clip { get; } = new(64, new(16, 8, 64, 1), new(8, 40, 64, 2));

    /// <summary>Its sizes are those that an import assumes where the checkpoint leaves them open.</summary>
    public static ModelConfig Config(string head) => new()
    {
        Clip = Clip,
        Head = head,
        Words = 8,
        Frames = 6,
        TemporalLayers = 2,
        FramePositions = 8,
        CrossLayers = 2,
        CrossPositions = 8,
        ExcitationHidden = 3,
        AggregationHidden = 2,
    };

    public static IEnumerable<TensorSource> Weights(string head) => RandomWeights.Of(Config(head), seed: 1);

    /// <summary>A checkpoint file with these tensors.</summary>
    public static string Write(string folder, IEnumerable<TensorSource> tensors, string name = "model.safetensors")
    {
        var path = Path.Combine(folder, name);
        SafetensorsWriter.Write(path, tensors);
        return path;
    }

    public static TensorSource Floats(string name, int[] shape, params float[] values) =>
        new(name, ElementType.Float32, shape, target => target.Write(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values)));

    public static float[] Floats(this TensorSource tensor) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Read()).ToArray();

    public static Checkpoint Open(string folder, IEnumerable<TensorSource> tensors) =>
        CheckpointReader.Open(Write(folder, tensors));
}
