using System.IO.Compression;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Tests.Checkpoints;

/// <summary>Whatever happened to a file: it is read, or refused with a line. Nothing else.</summary>
public sealed class CheckpointFuzzTests : TemporaryFolder
{
    private const int Trials = 100;

    public static TheoryData<string> Files =>
        ["plain.pt", "training.pt", "script.pt", "tiny.safetensors", "hugging-face", "open-clip"];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_mutated_file_is_read_or_refused(string name)
    {
        var (file, original) = Original(name);
        Mutations.Check(original, Trials, bytes =>
        {
            File.WriteAllBytes(file, bytes);
            Survives(file);
        });
    }

    /// <summary>Checksums are made right after the mutation, so that what is mutated is read.</summary>
    [Theory]
    [InlineData("plain.pt")]
    [InlineData("training.pt")]
    [InlineData("script.pt")]
    public void An_archive_with_a_mutated_pickle_is_read_or_refused(string name)
    {
        var file = At("mutated.pt");
        byte[] original = [];
        Rewrite(Data(name), file, pickle => original = pickle);
        Mutations.Check(original, Trials, mutated =>
        {
            Rewrite(Data(name), file, _ => mutated);
            Survives(file);
        });
    }

    [Theory]
    [InlineData("open_clip_config.json", OpenClipTests.Config)]
    [InlineData("config.json", HuggingFaceTests.Config)]
    public void A_mutated_configuration_is_read_or_refused(string name, string config)
    {
        var file = TinyCheckpoint.Write(Folder, name == "config.json" ? HuggingFaceTests.Tiny() : OpenClipTests.Tiny());
        var original = System.Text.Encoding.UTF8.GetBytes(config);
        Mutations.Check(original, Trials, mutated =>
        {
            File.WriteAllBytes(At(name), mutated);
            Survives(file);
        });
    }

    private static void Rewrite(string source, string target, Func<byte[], byte[]> mutate)
    {
        File.Delete(target);
        using var from = ZipFile.OpenRead(source);
        using var to = ZipFile.Open(target, ZipArchiveMode.Create);
        foreach (var entry in from.Entries)
        {
            var bytes = new byte[entry.Length];
            using (var stream = entry.Open())
                stream.ReadExactly(bytes);
            using var copy = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
            copy.Write(entry.Name == "data.pkl" ? mutate(bytes) : bytes);
        }
    }

    private static string Data(string name) =>
        Path.Combine(SharedFolder.RepositoryRoot, "tests", "Model.Tests", "Checkpoints", "Data", name);

    private (string File, byte[] Bytes) Original(string name)
    {
        var file = At("model.safetensors");
        if (name.EndsWith(".pt", StringComparison.Ordinal))
            return (file, File.ReadAllBytes(Data(name)));
        TinyCheckpoint.Write(Folder, name switch
        {
            "hugging-face" => HuggingFaceTests.Tiny(),
            "open-clip" => OpenClipTests.Tiny(),
            _ => [TinyCheckpoint.Floats("a", [2, 3], 1, 2, 3, 4, 5, 6), TinyCheckpoint.Floats("b", [], 1)],
        });
        return (file, File.ReadAllBytes(file));
    }

    private static void Survives(string file)
    {
        try
        {
            using var checkpoint = CheckpointReader.Open(file);
            foreach (var tensor in checkpoint.Tensors.Values)
                tensor.Write(Stream.Null);
            checkpoint.Architecture();
        }
        catch (ModelException error)
        {
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
