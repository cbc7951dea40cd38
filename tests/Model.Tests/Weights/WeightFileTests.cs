using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Weights;

public sealed class WeightFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read()
    {
        var path = Written();

        using var file = WeightFile.Open(path);

        Assert.Equal([1f, 2, 3, 4, 5, 6], file.ReadFloats("matrix"));
        Assert.Equal([2, 3], file.Entries["matrix"].Shape);
        Assert.Equal([7L], file.ReadInt64("count"));
        Assert.Equal([1f, -2], file.ReadFloats("brain"));
        Assert.Empty(file.Entries["count"].Shape);
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "'w'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}""", "cut short")]
    [InlineData("""{"w":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}}""", "'F8'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}}""", "'w'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "overlaps")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        "twice")]
    [InlineData("""{"w":{"shape":[2]}}""", "damaged")]
    [InlineData("""{"w\u000a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "name cannot be: 'w?'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "damaged")]
    [InlineData(
        """{"w":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", "'w'")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "'w'")]
    [InlineData("""[1, 2]""", "damaged")]
    public void A_header_that_cannot_be_is_refused_with_the_reason(string header, string reason)
    {
        var path = Path.Combine(_folder, "bad.safetensors");
        File.WriteAllBytes(
            path, [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[8]]);

        var error = Assert.Throws<ModelException>(() => WeightFile.Open(path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Tensors_of_whole_lines_start_at_whole_lines()
    {
        var path = Path.Combine(_folder, "aligned.safetensors");
        TensorSource Tensor(string name, int bytes) => new(name, ElementType.UInt8, [bytes], s => s.Write(new byte[bytes]));

        SafetensorsWriter.Write(path, [Tensor("a", 1), Tensor("b", 64), Tensor("c", 7), Tensor("d", 128)]);

        using var file = WeightFile.Open(path);
        Assert.All(new[] { "b", "d" }, name => Assert.Equal(0, file.Entries[name].Offset % 64));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_tensor_that_writes_more_or_less_than_its_shape_is_refused(int bytes) =>
        Assert.Throws<ArgumentException>(
            () => SafetensorsWriter.Write(
                Path.Combine(_folder, "wrong"), [new("w", ElementType.Float32, [], s => s.Write(new byte[bytes]))]));

    [Fact]
    public void A_damaged_file_is_read_or_refused_but_never_anything_else()
    {
        var whole = File.ReadAllBytes(Written());
        var path = Path.Combine(_folder, "damaged.safetensors");
        var damage = (from length in Gen.Choose(0, whole.Length)
                      from at in Gen.Choose(0, whole.Length - 1)
                      from value in Gen.Choose(0, 255)
                      select (length, at, (byte)value)).ToArbitrary();

        Prop.ForAll(damage, d =>
        {
            var bytes = whole[..d.length];
            if (d.at < bytes.Length)
                bytes[d.at] = d.Item3;
            File.WriteAllBytes(path, bytes);
            try
            {
                using var file = WeightFile.Open(path);
                foreach (var name in file.Entries.Keys)
                    _ = file.Bytes(name).Length;
            }
            catch (ModelException)
            {
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_quoted_of_a_damaged_header_stands_in_one_line()
    {
        var (path, header) = (Path.Combine(_folder, "quoted.safetensors"), "{\"a\":t\nrue" + new string('x', 5000) + "}");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header)]);

        var error = Assert.Throws<ModelException>(() => WeightFile.Open(path));

        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.InRange(error.Message.Length, 1, 1000);
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        Assert.Throws<ModelException>(() => WeightFile.Open(Path.Combine(_folder, "none.safetensors")));
    }

    private string Written()
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid()}.safetensors");
        SafetensorsWriter.Write(path,
        [
            new("matrix", ElementType.Float32, [2, 3], s =>
                s.Write(new float[] { 1, 2, 3, 4, 5, 6 }.SelectMany(BitConverter.GetBytes).ToArray())),
            new("count", ElementType.Int64, [], s => s.Write(BitConverter.GetBytes(7L))),
            new("brain", ElementType.BFloat16, [2], s => s.Write([0x80, 0x3F, 0x00, 0xC0])),
        ]);
        return path;
    }
}
