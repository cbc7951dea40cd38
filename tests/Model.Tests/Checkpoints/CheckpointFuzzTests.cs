using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Tests.Checkpoints;

/// <summary>Whatever happened to a file: it is read, or refused with a line. Nothing else.</summary>
public sealed class CheckpointFuzzTests : TemporaryFolder
{
    private const int Trials = 100, LongestCopy = 256, LikelyHeader = 4096;

    private static Arbitrary<(int Kind, int Place, int Value)[]> Mutations =>
        (from kind in Gen.Choose(0, 4)
         from place in Gen.Choose(0, int.MaxValue)
         from value in Gen.Choose(0, int.MaxValue)
         select (kind, place, value)).ArrayOf().Where(list => list.Length is > 0 and < 8).ToArbitrary();

    public static TheoryData<string> Files =>
        ["plain.pt", "training.pt", "script.pt", "tiny.safetensors", "hugging-face", "open-clip"];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_mutated_file_is_read_or_refused(string name)
    {
        var (file, original) = Original(name);
        Prop.ForAll(Mutations, list =>
        {
            var bytes = list.Aggregate(original, Mutate);
            File.WriteAllBytes(file, bytes);
            Survives(file);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Trials));
    }

    /// <summary>Checksums are made right after the mutation, so that what is mutated is read.</summary>
    [Theory]
    [InlineData("plain.pt")]
    [InlineData("training.pt")]
    [InlineData("script.pt")]
    public void An_archive_with_a_mutated_pickle_is_read_or_refused(string name)
    {
        var file = At("mutated.pt");
        Prop.ForAll(Mutations, list =>
        {
            Rewrite(Data(name), file, pickle => list.Aggregate(pickle, Mutate));
            Survives(file);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Trials));
    }

    [Theory]
    [InlineData("open_clip_config.json", OpenClipTests.Config)]
    [InlineData("config.json", HuggingFaceTests.Config)]
    public void A_mutated_configuration_is_read_or_refused(string name, string config)
    {
        var file = TinyCheckpoint.Write(Folder, name == "config.json" ? HuggingFaceTests.Tiny() : OpenClipTests.Tiny());
        var original = System.Text.Encoding.UTF8.GetBytes(config);
        Prop.ForAll(Mutations, list =>
        {
            File.WriteAllBytes(At(name), list.Aggregate(original, Mutate));
            Survives(file);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Trials));
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

    private static byte[] Mutate(byte[] bytes, (int Kind, int Place, int Value) mutation)
    {
        if (bytes.Length == 0)
            return [(byte)mutation.Value];
        var place = (mutation.Place % 2 == 0 ? mutation.Place : mutation.Place % LikelyHeader) % bytes.Length;
        var changed = bytes.ToArray();
        switch (mutation.Kind)
        {
            case 0: changed[place] = (byte)mutation.Value; return changed;
            case 1: changed[place] ^= (byte)(1 << (mutation.Value % 8)); return changed;
            case 2: return [.. bytes[..place], .. bytes[Math.Min(bytes.Length, place + 1 + (mutation.Value % 16))..]];
            case 3: return [.. bytes[..place], (byte)mutation.Value, .. bytes[place..]];
            default:
                return mutation.Value % 8 == 0 ? bytes[..place]
                : [.. bytes[..place], .. bytes[..(mutation.Value % Math.Min(bytes.Length, LongestCopy))], .. bytes[place..]];
        }
    }
}
