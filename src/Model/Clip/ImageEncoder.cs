using TcMgc.Model.Graphs;

namespace TcMgc.Model.Clip;

/// <summary>CLIP's ViT: pictures to vectors in the joint embedding space, not normalised.</summary>
internal static class ImageEncoder
{
    /// <summary>CLIP's channel means of pixels in 0…1.</summary>
    public static readonly float[] Mean = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>CLIP's channel deviations of pixels in 0…1.</summary>
    public static readonly float[] Deviation = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>Rows of RGB24 [B, S, S, 3] as bytes → normalised pixels [B, 3, S, S].</summary>
    public static Tensor Normalise(Graph g, Tensor rgb)
    {
        float[] scale = Array.ConvertAll(Deviation, d => 1f / (255f * d));
        float[] shift = [.. Mean.Zip(Deviation, (m, d) => -m / d)];
        var channelsFirst = g.Cast(g.Transpose(rgb, 0, 3, 1, 2), ElementType.Float32);
        return (channelsFirst * g.Constant(scale, 3, 1, 1)) + g.Constant(shift, 3, 1, 1);
    }

    /// <summary>Normalised pixels [B, 3, S, S] → [B, D].</summary>
    public static Tensor Encode(Graph g, ClipArchitecture clip, Tensor pixels)
    {
        const string Name = "clip.visual";
        var (vision, batch) = (clip.Vision, pixels.Shape[0]);
        int patches = vision.Grid * vision.Grid, width = vision.Width;

        var x = Patches(g, vision, pixels);                                                      // [B, G², 3P²]
        var conv = g.Parameter(Name + ".conv1.weight", width, 3, vision.PatchSize, vision.PatchSize);
        x = g.Linear(x, g.Reshape(conv, width, 3 * vision.PatchSize * vision.PatchSize));        // [B, G², C]
        var classToken = g.Expand(g.Parameter(Name + ".class_embedding", width), batch, 1, width);
        x = g.Concat(1, classToken, x) + g.Parameter(Name + ".positional_embedding", patches + 1, width);
        x = Transformer.LayerNorm(g, x, Name + ".ln_pre");
        x = Transformer.Blocks(g, x, Name + ".transformer", vision.Layers, width / ClipArchitecture.HeadWidth);
        x = Transformer.LayerNorm(g, g.Select(x, 1, 0), Name + ".ln_post");                      // [B, C]
        return g.MatMul(x, g.Parameter(Name + ".proj", width, clip.EmbeddingWidth));
    }

    /// <summary>The convolution's patches as rows, each in the order of its kernel: channel, row, column.</summary>
    private static Tensor Patches(Graph g, VisionArchitecture vision, Tensor pixels)
    {
        int grid = vision.Grid, patch = vision.PatchSize, covered = grid * patch;
        pixels = g.Slice(g.Slice(pixels, 2, 0, covered), 3, 0, covered);
        var tiles = g.Reshape(pixels, pixels.Shape[0], 3, grid, patch, grid, patch);
        return g.Reshape(g.Transpose(tiles, 0, 2, 4, 1, 3, 5), pixels.Shape[0], grid * grid, 3 * patch * patch);
    }
}
