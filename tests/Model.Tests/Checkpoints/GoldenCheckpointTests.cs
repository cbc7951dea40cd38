using TcMgc.Model.Checkpoints;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class GoldenCheckpointTests
{
    [SharedTheory]
    [InlineData("small")]
    [InlineData("masked")]
    public void A_state_dict_equals_its_safetensors_twin_bit_by_bit(string folder)
    {
        using var torch = CheckpointReader.Open(SharedFolder.Path("golden", folder, "weights.bin"));
        using var twin = WeightFile.Open(SharedFolder.Path("golden", folder, "weights.safetensors"));

        Assert.Equal(twin.Entries.Keys.Order(), torch.Tensors.Keys.Order());
        foreach (var (name, tensor) in torch.Tensors)
        {
            Assert.Equal(twin.Entries[name].Shape, tensor.Shape);
            Assert.Equal(twin.Entries[name].Type, tensor.Type);
            Assert.True(twin.Bytes(name).SequenceEqual(tensor.Read()), name);
        }
    }

    [SharedTheory]
    [InlineData("small", 32, 8, 128, 2, 10, 97)]
    [InlineData("masked", 32, 8, 64, 2, 8, 97)]
    [InlineData("torchscript", 48, 16, 64, 2, 10, 90)]
    [InlineData("hugging-face", 48, 16, 128, 2, 12, 120)]
    public void Every_layout_tells_its_sizes(
    string folder, int image, int patch, int width, int layers, int context, int vocabulary)
    {
        using var checkpoint = CheckpointReader.Open(SharedFolder.Path("golden", folder));

        Assert.Equal(
            new(width, new(image, patch, width, layers), new(context, vocabulary, width, layers)), checkpoint.Architecture());
    }

    [SharedTheory]
    [InlineData("torchscript")]
    [InlineData("hugging-face")]
    public void A_published_clip_has_exactly_the_parameters_that_mean_pooling_needs(string folder)
    {
        using var checkpoint = CheckpointReader.Open(SharedFolder.Path("golden", folder));
        var clip = checkpoint.Architecture();

        var needed = ParameterSpec.Of(new() { Clip = clip, Head = "clip4clip-mean-pooling", Words = clip.Text.Context });

        Assert.Equal(needed.Select(p => p.Name).Order(), checkpoint.Tensors.Keys.Order());
        Assert.All(needed, p => Assert.Equal(p.Shape, checkpoint.Tensors[p.Name].Shape));
    }
}
