using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Shared.Blobs;

namespace TcMgc.Stores.Tests.Blobs;

/// <summary>What every blob store does; each adapter's tests derive from it.</summary>
public abstract class BlobStoreContract
{
    private static readonly CancellationToken s_never = CancellationToken.None;

    protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task What_was_written_is_read()
    {
        await Write("frames/one", [1, 2, 3]);

        Assert.Equal([1, 2, 3], await Read("frames/one"));
        Assert.Equal(3, (await Store.FindAsync("frames/one", s_never))?.Bytes);
    }

    [Fact]
    public async Task A_blob_takes_the_place_of_the_former_one()
    {
        await Write("frames/one", [1, 2, 3]);
        await Write("frames/one", [4]);

        Assert.Equal([4], await Read("frames/one"));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_may_be_deleted()
    {
        await Store.DeleteAsync("none/here", s_never);

        Assert.Null(await Store.OpenReadAsync("none/here", s_never));
        Assert.Null(await Store.FindAsync("none/here", s_never));
    }

    [Fact]
    public async Task Content_is_named_by_its_hash()
    {
        var written = await Store.WriteContentAsync("originals", new MemoryStream([1, 2, 3]), s_never);
        var again = await Store.WriteContentAsync("originals", new MemoryStream([1, 2, 3]), s_never);

        Assert.Equal(written, again);
        Assert.Equal(
            new("originals/039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
                "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", 3), written);
        Assert.Equal([1, 2, 3], await Read(written.Name));
        Assert.Equal([written.Name], await Names("originals/"));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone()
    {
        await Write("one", [1]);
        await Store.DeleteAsync("one", s_never);

        Assert.Null(await Store.FindAsync("one", s_never));
        Assert.Empty(await Names(""));
    }

    [Fact]
    public async Task A_write_that_fails_leaves_the_former_blob()
    {
        await Write("one", [1]);

        await Assert.ThrowsAsync<InvalidDataException>(() => Store.WriteAsync("one", async (stream, _) =>
        {
            await stream.WriteAsync(new byte[100_000], s_never);
            throw new InvalidDataException();
        }, s_never).AsTask());

        Assert.Equal([1], await Read("one"));
        Assert.Equal(["one"], await Names(""));
    }

    [Fact]
    public async Task A_blob_is_invisible_until_it_is_whole() =>
        await Store.WriteAsync("one", async (stream, _) =>
        {
            await stream.WriteAsync(new byte[100_000], s_never);
            await stream.FlushAsync(s_never);

            Assert.Null(await Store.FindAsync("one", s_never));
            Assert.Empty(await Names(""));
        }, s_never);

    [Fact]
    public async Task A_reader_is_not_disturbed_by_a_later_write_or_delete()
    {
        await Write("one", [1, 2, 3]);
        await using var reader = await Store.OpenReadAsync("one", s_never);
        await Write("one", [9, 9, 9]);
        await Store.DeleteAsync("one", s_never);

        Assert.Equal([1, 2, 3], await Bytes(reader!));
    }

    [Fact]
    public async Task Blobs_are_listed_by_prefix_in_order_with_their_sizes()
    {
        await Write("thumbs/b", [1]);
        await Write("frames/b", [1, 2]);
        await Write("frames/a", []);

        var listed = await Store.ListAsync("frames/", s_never).ToListAsync();

        Assert.Equal([("frames/a", 0), ("frames/b", 2)], listed.Select(blob => (blob.Name, blob.Bytes)));
        Assert.All(
            listed, blob => Assert.InRange(
                blob.Written, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1)));
        Assert.Equal(listed[1], await Store.FindAsync("frames/b", s_never));
    }

    [Fact]
    public async Task A_name_that_only_begins_another_s_is_not_there()
    {
        await Write("frames/one", [1]);

        Assert.Null(await Store.FindAsync("frames/on", s_never));
        Assert.Null(await Store.OpenReadAsync("frames/on", s_never));
    }

    [Fact]
    public async Task What_is_empty_is_there()
    {
        await Write("one", []);
        await Store.WriteContentAsync("originals", new MemoryStream(), s_never);

        Assert.Empty((await Read("one"))!);
        Assert.Equal(2, (await Names("")).Count);
    }

    [Fact]
    public async Task A_large_blob_is_read_from_any_place()
    {
        var content = Random(12 << 20);
        var written = await Store.WriteContentAsync("originals", new MemoryStream(content), s_never);
        await Store.WriteAsync("copy", async (stream, cancel) =>
        {
            for (var from = 0; from < content.Length; from += 999_999)
                await stream.WriteAsync(content.AsMemory(from, Math.Min(999_999, content.Length - from)), cancel);
        }, s_never);

        Assert.True((await Read(written.Name))!.SequenceEqual(content));
        Assert.True((await Read("copy"))!.SequenceEqual(content));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), written.Sha256);
        await using var reader = await Store.OpenReadAsync("copy", s_never);
        var some = new byte[1000];
        foreach (var from in new[] { content.Length - 1000, 0, 7_000_000, 6_999_000, content.Length - 1 })
        {
            reader!.Position = from;
            var read = await reader.ReadAtLeastAsync(some, some.Length, throwOnEndOfStream: false);
            Assert.Equal(content.AsSpan(from, read), some.AsSpan(0, read));
            Assert.Equal(Math.Min(1000, content.Length - from), read);
        }
        Assert.Equal(content.Length, reader!.Length);
    }

    [Fact]
    public async Task A_large_write_that_fails_leaves_the_former_blob()
    {
        await Write("one", [1]);

        await Assert.ThrowsAsync<InvalidDataException>(() => Store.WriteAsync("one", async (stream, _) =>
        {
            await stream.WriteAsync(new byte[12 << 20], s_never);
            throw new InvalidDataException();
        }, s_never).AsTask());

        Assert.Equal([1], await Read("one"));
        Assert.Equal(0, await Store.SweepUnfinishedAsync(DateTimeOffset.MaxValue, s_never));
    }

    [Fact]
    public async Task What_is_being_written_is_not_swept() =>
        await Store.WriteAsync("one", async (stream, _) =>
        {
            await stream.WriteAsync(new byte[12 << 20], s_never);

            Assert.Equal(0, await Store.SweepUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(-1), s_never));
        }, s_never);

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("frames/../../outside")]
    [InlineData("frames/..")]
    [InlineData("frames//one")]
    [InlineData("frames/")]
    [InlineData(".hidden")]
    [InlineData("frames/.hidden")]
    [InlineData("back\\slash")]
    [InlineData("C:one")]
    [InlineData("nul\0byte")]
    [InlineData("line\nfeed")]
    [InlineData("trailing\n")]
    [InlineData("größe")]
    [InlineData("1/2/3/4/5/6/7/8/9")]
    public async Task Names_that_could_lead_elsewhere_are_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Write(name, [1]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.OpenReadAsync(name, s_never));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.DeleteAsync(name, s_never));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.FindAsync(name, s_never));
    }

    [Property]
    public Property Any_name_is_either_refused_or_holds_its_blob() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), name =>
        {
            try
            {
                Write(name, [7]).Wait();
            }
            catch (AggregateException refused) when (refused.InnerException is ArgumentException)
            {
                return true;
            }
            return Read(name).Result is [7];
        });

    protected Task Write(string name, byte[] content) =>
        Store.WriteAsync(name, (stream, cancel) => stream.WriteAsync(content, cancel), s_never).AsTask();

    protected static byte[] Random(int bytes)
    {
        var content = new byte[bytes];
        new Random(7).NextBytes(content);
        return content;
    }

    private async Task<byte[]?> Read(string name)
    {
        await using var stream = await Store.OpenReadAsync(name, s_never);
        return stream is null ? null : await Bytes(stream);
    }

    private static async Task<byte[]> Bytes(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    protected async Task<List<string>> Names(string prefix) =>
        await Store.ListAsync(prefix, s_never).Select(blob => blob.Name).ToListAsync();
}
