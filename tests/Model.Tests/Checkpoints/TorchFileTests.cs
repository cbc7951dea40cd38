using System.IO.Compression;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Tests.Checkpoints;

/// <summary>Files that PyTorch itself wrote, by Data/make.py.</summary>
public sealed class TorchFileTests : TemporaryFolder
{
    private static string Data(string name) =>
        Path.Combine(SharedFolder.RepositoryRoot, "tests", "Model.Tests", "Checkpoints", "Data", name);

    [Fact]
    public void A_state_dict_has_tensors_of_every_type_that_is_read()
    {
        using var checkpoint = CheckpointReader.Open(Data("plain.pt"));

        Assert.Equal(
            ["float Float32 [2,3]", "half Float16 [4]", "brain BFloat16 [4]", "integer Int64 [3]", "scalar Float32 []",
                "byte UInt8 [2]", "flag Bool [2]", "empty Float32 [0,3]"],
            checkpoint.Tensors.Values.Select(t => $"{t.Name} {t.Type} [{string.Join(',', t.Shape)}]"));
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f, 1f, 1.25f], checkpoint.Tensors["float"].Floats());
        Assert.Equal([2.5f], checkpoint.Tensors["scalar"].Floats());
        Assert.Equal([1, 255], checkpoint.Tensors["byte"].Read());
        Assert.Equal(BitConverter.GetBytes((Half)0.75f), checkpoint.Tensors["half"].Read()[^2..]);
        Assert.Equal(BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(0.75f) >> 16)),
            checkpoint.Tensors["brain"].Read()[^2..]);
        Assert.Equal(BitConverter.GetBytes(1L << 40), checkpoint.Tensors["integer"].Read()[^8..]);
        Assert.Empty(checkpoint.Tensors["empty"].Read());
    }

    [Fact]
    public void A_training_checkpoint_yields_its_state_dict_without_the_prefix_of_parallel_training()
    {
        using var checkpoint = CheckpointReader.Open(Data("training.pt"));

        Assert.Equal(["transposed", "base", "window", "column", "parameter"], checkpoint.Tensors.Keys);
    }

    [Fact]
    public void Views_that_share_a_storage_are_read_row_by_row()
    {
        using var checkpoint = CheckpointReader.Open(Data("training.pt"));

        var rows = checkpoint.Tensors["base"].Floats();

        Assert.Equal(24, rows.Length);
        Assert.Equal([6, 4], checkpoint.Tensors["transposed"].Shape);
        Assert.Equal(from column in Enumerable.Range(0, 6) from row in Enumerable.Range(0, 4) select rows[(row * 6) + column],
            checkpoint.Tensors["transposed"].Floats());
        Assert.Equal(from row in new[] { 1, 2 } from column in new[] { 2, 3, 4 } select rows[(row * 6) + column],
            checkpoint.Tensors["window"].Floats());
        Assert.Equal(from row in Enumerable.Range(0, 4) select rows[(row * 6) + 1], checkpoint.Tensors["column"].Floats());
    }

    [Fact]
    public void A_script_module_is_a_bag_of_attributes()
    {
        using var checkpoint = CheckpointReader.Open(Data("script.pt"));

        Assert.Equal(["first.weight", "second.weight", "size"], checkpoint.Tensors.Keys.Order());
        Assert.Equal(ElementType.Float16, checkpoint.Tensors["second.weight"].Type);
    }

    [Theory]
    [InlineData("legacy.pt", "before 1.6")]
    [InlineData("double.pt", "'torch.DoubleStorage'")]
    [InlineData("module.pt", "'torch.nn.modules.linear.Linear'")]
    [InlineData("evil.pt", "'posix.system'")]
    public void What_is_no_state_dict_is_refused_by_its_name(string file, string reason)
    {
        var error = Assert.Throws<ModelException>(() => CheckpointReader.Open(Data(file)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_archive_is_refused_before_it_is_expanded()
    {
        var bomb = At("bomb.pt");
        using (var zip = ZipFile.Open(bomb, ZipArchiveMode.Create))
        {
            using (var entry = zip.CreateEntry("bomb/data.pkl", CompressionLevel.Optimal).Open())
                entry.Write(new byte[1 << 20]);
        }

        var error = Assert.Throws<ModelException>(() => CheckpointReader.Open(bomb));

        Assert.Contains("'bomb/data.pkl' is compressed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_whose_bytes_changed_is_refused_when_it_is_read()
    {
        var bytes = File.ReadAllBytes(Data("plain.pt"));
        var at = bytes.AsSpan().IndexOf(BitConverter.GetBytes(1.25f));
        bytes[at] ^= 1;
        File.WriteAllBytes(At("flipped.pt"), bytes);
        using var checkpoint = CheckpointReader.Open(At("flipped.pt"));

        var error = Assert.Throws<ModelException>(() => checkpoint.Tensors["float"].Read());

        Assert.Contains("the checksum of 'plain/data/0' is wrong", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_archive_of_something_else_is_no_checkpoint()
    {
        var other = At("other.zip");
        using (var zip = ZipFile.Open(other, ZipArchiveMode.Create))
            zip.CreateEntry("letter.txt");

        Assert.Contains("none that PyTorch wrote", Assert.Throws<ModelException>(() => CheckpointReader.Open(other)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_pickle_is_no_checkpoint()
    {
        File.WriteAllBytes(At("bare.bin"), [0x80, 2, (byte)'}', (byte)'.']);

        Assert.Contains("bare pickle", Assert.Throws<ModelException>(() => CheckpointReader.Open(At("bare.bin"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_header_may_have_the_length_that_pickles_start_with()
    {
        var header = """{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""".PadRight(0x280);
        File.WriteAllBytes(
            At("weights.safetensors"),
            [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.ASCII.GetBytes(header), 7]);

        using var checkpoint = CheckpointReader.Open(Folder);

        Assert.Equal([7], checkpoint.Tensors["w"].Read());
    }

    [Fact]
    public void A_missing_file_and_a_folder_without_checkpoint_say_so()
    {
        Assert.Contains("cannot be read", Assert.Throws<ModelException>(() => CheckpointReader.Open(At("none.pt"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("holds no checkpoint", Assert.Throws<ModelException>(() => CheckpointReader.Open(Folder)).Message,
            StringComparison.Ordinal);
    }
}
