using TcMgc.Model.Checkpoints;
using TcMgc.Model.Store;

namespace TcMgc.Model.Tests.Checkpoints;

/// <summary>Hugging Face's cache: <c>snapshots/COMMIT/NAME</c> is a link to <c>../../blobs/HASH</c>.</summary>
public sealed class LinkedFilesTests : TemporaryFolder
{
    private const string Dangling = "is a link to '../../blobs/gone', and there is no such file";

    private static readonly string[] s_files = ["model.safetensors", "vocab.json", "merges.txt"];

    private string Snapshot => At("snapshots", "0123abc");

    public LinkedFilesTests()
    {
        Directory.CreateDirectory(At("blobs"));
        Directory.CreateDirectory(Snapshot);
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(Snapshot, name), target);

    /// <summary>A model's files in the layout of the cache.</summary>
    private void Cache(ModelFolder model)
    {
        foreach (var name in s_files)
        {
            var blob = $"blob-of-{name.Replace('.', '-')}";
            File.Copy(name == "model.safetensors" ? model.WeightsPath : Path.Combine(model.Path, name), At("blobs", blob));
            Link(name, $"../../blobs/{blob}");
        }
    }

    [Fact]
    public void A_snapshot_of_the_cache_is_imported_with_its_tokenizer()
    {
        using var tiny = new TinyModel("clip4clip-mean-pooling");
        Cache(tiny.Folder);

        using var checkpoint = CheckpointReader.Open(Snapshot);
        var import = ModelImport.Plan(checkpoint, new() { Words = 16, Frames = 4 });
        var tokenizer = TokenizerSource.Find(null, checkpoint.Path, import.Config.Clip.Text.Vocabulary);
        var imported = ModelFolder.Write(At("imported"), "imported", import.Config, import.Weights(1), tokenizer.WriteTo,
            new("test", DateTimeOffset.UnixEpoch));

        Assert.Equal(tiny.Folder.Card.Weights.Sha256, imported.Card.Weights.Sha256);
        Assert.All(Directory.EnumerateFiles(imported.Path), file => Assert.Null(new FileInfo(file).LinkTarget));
        using var model = imported.Load(new() { Threads = 1 });
        Assert.Equal(tiny.Model.EncodeText("a red circle").Tokens, model.EncodeText("a red circle").Tokens);
    }

    [Fact]
    public void An_archive_of_PyTorch_is_read_through_a_link()
    {
        var file = Path.Combine(SharedFolder.RepositoryRoot, "tests", "Model.Tests", "Checkpoints", "Data", "plain.pt");
        Link("pytorch_model.bin", file);

        using var checkpoint = CheckpointReader.Open(Snapshot);
        using var direct = CheckpointReader.Open(file);

        Assert.Equal(direct.Tensors["float"].Read(), checkpoint.Tensors["float"].Read());
    }

    [Fact]
    public void A_model_whose_weights_are_elsewhere_is_whole()
    {
        using var tiny = new TinyModel();
        File.Move(tiny.Folder.WeightsPath, At("blobs", "weights"));
        File.CreateSymbolicLink(tiny.Folder.WeightsPath, At("blobs", "weights"));

        using var model = ModelFolder.Open(tiny.Folder.Path).Load(new() { Threads = 1 });

        Assert.Equal(tiny.Model.Id, model.Id);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("pytorch_model.bin")]
    public void A_link_to_nothing_is_told_from_a_damaged_file(string name)
    {
        Link(name, "../../blobs/gone");

        var error = Assert.Throws<ModelException>(() => CheckpointReader.Open(Snapshot));

        Assert.Equal($"{Path.Combine(Snapshot, name)}: {Dangling}; fetch the file again", error.Message);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("tokenizer.json")]
    public void So_it_is_for_the_files_beside_the_weights(string name)
    {
        using var tiny = new TinyModel();
        foreach (var file in new[] { "vocab.json", "merges.txt" }.Where(file => file != name))
            File.Copy(Path.Combine(tiny.Folder.Path, file), Path.Combine(Snapshot, file));
        TinyCheckpoint.Write(Snapshot, HuggingFaceTests.Tiny());
        Link(name, "../../blobs/gone");

        var error = Assert.Throws<ModelException>(() =>
        {
            using var checkpoint = CheckpointReader.Open(Snapshot);
            TokenizerSource.Find(null, checkpoint.Path, 40);
        });

        Assert.Contains($"{name}: {Dangling}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_itself_is_refused()
    {
        Link("model.safetensors", "model.safetensors");

        var error = Assert.Throws<ModelException>(() => CheckpointReader.Open(Snapshot));

        Assert.Contains("is a link to 'model.safetensors' that cannot be followed", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    public void A_link_to_what_never_ends_is_refused(string name)
    {
        TinyCheckpoint.Write(Snapshot, HuggingFaceTests.Tiny());
        File.Delete(Path.Combine(Snapshot, name));
        Link(name, "/dev/zero");

        Assert.Throws<ModelException>(() => CheckpointReader.Open(Snapshot));
    }
}
