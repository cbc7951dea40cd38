using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>A CLIP's sizes, read off the shapes of its tensors.</summary>
internal static class ClipShapes
{
    private const string Visual = "clip.visual.";
    private const int MaximumImage = 4096;

    /// <exception cref="ModelException">A tensor that fixes a size is missing or of another rank.</exception>
    public static ClipArchitecture Architecture(Checkpoint checkpoint)
    {
        if (checkpoint.Tensors.ContainsKey(Visual + "layer1.0.conv1.weight"))
            throw new ModelException($"{checkpoint.Path}: its image encoder is a ResNet; only vision transformers are supported");
        var patches = Shape(checkpoint, Visual + "conv1.weight", 4);
        var positions = Shape(checkpoint, Visual + "positional_embedding", 2)[0];
        var projection = Shape(checkpoint, "clip.text_projection", 2);
        var tokens = Shape(checkpoint, "clip.token_embedding.weight", 2);
        var grid = (int)Math.Round(Math.Sqrt(positions - 1));
        if ((grid * grid) + 1 != positions || grid == 0)
            throw new ModelException(
                $"{checkpoint.Path}: '{Visual}positional_embedding' has {positions} rows, which is no square of patches and a "
                    + "class");
        var image = (long)grid * patches[^1];
        if (image > MaximumImage)
            throw new ModelException(
                $"{checkpoint.Path}: its images would be {image} pixels wide; up to {MaximumImage} are supported");
        return new(projection[1],
            new((int)image, patches[^1], patches[0], Layers(checkpoint.Tensors, Visual + "transformer")),
            new(Shape(checkpoint, "clip.positional_embedding", 2)[0], tokens[0], tokens[1],
                Layers(checkpoint.Tensors, "clip.transformer")));
    }

    /// <summary>The image size that a configuration names, where shapes give it only up to a border.</summary>
    /// <exception cref="ModelException">The tensors are for another.</exception>
    public static ClipArchitecture WithImageSize(string configuration, int size, ClipArchitecture clip) =>
        size > 0 && size / clip.Vision.PatchSize == clip.Vision.Grid
            ? clip with { Vision = clip.Vision with { ImageSize = size } }
            : throw new ModelException(
                $"{configuration}: has images of {size}, the position embedding is for {clip.Vision.ImageSize}");

    /// <summary>How many blocks a transformer has: those that follow each other from the first.</summary>
    public static int Layers(IReadOnlyDictionary<string, TensorSource> tensors, string transformer)
    {
        var layers = 0;
        while (tensors.ContainsKey($"{transformer}.resblocks.{layers}.ln_1.weight"))
            layers++;
        return layers;
    }

    private static IReadOnlyList<int> Shape(Checkpoint checkpoint, string name, int rank)
    {
        if (!checkpoint.Tensors.TryGetValue(name, out var tensor))
            throw new ModelException($"{checkpoint.Path}: holds no CLIP: '{name}' is missing");
        return tensor.Shape.Count == rank
            ? tensor.Shape
            : throw new ModelException($"{checkpoint.Path}: '{name}' has {tensor.Shape.Count} dimensions instead of {rank}");
    }
}
