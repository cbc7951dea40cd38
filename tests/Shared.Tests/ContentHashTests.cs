namespace TcMgc.Shared.Tests;

public sealed class ContentHashTests
{
    [Fact]
    public async Task A_files_hash_is_its_contents_SHA256()
    {
        var path = Path.Combine(TestClips.Folder, "abc.bin");
        await File.WriteAllTextAsync(path, "abc");

        var hash = await ContentHash.OfFileAsync(path, default);

        Assert.Equal(new("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3), hash);
        Assert.Equal(VideoId.FromSha256(Convert.FromHexString(hash.Sha256)), hash.VideoIn(CollectionId.Default));
    }

    [Fact]
    public async Task Content_longer_than_the_buffer_is_hashed_and_copied_whole()
    {
        var content = new byte[3_000_001];
        new Random(1).NextBytes(content);

        using var copy = new MemoryStream();
        var hash = await ContentHash.OfCopyAsync(new MemoryStream(content), copy, default);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), hash.Sha256);
        Assert.Equal(content.Length, hash.Bytes);
        Assert.Equal(content, copy.ToArray());
    }

    [Fact]
    public async Task A_missing_file_is_reported_in_one_line()
    {
        var error = await Assert.ThrowsAsync<UserException>(async () => await ContentHash.OfFileAsync("/nowhere/a.mp4", default));

        Assert.StartsWith("'/nowhere/a.mp4' cannot be read", error.Message, StringComparison.Ordinal);
    }
}
