using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Stores.Blobs;

namespace TcMgc.Stores.Tests.Blobs;

public sealed class OriginalFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_original_has_the_length_that_it_had_and_a_link_in_its_place_is_not_followed()
    {
        await File.WriteAllBytesAsync(_folder.File("clip.mp4"), new byte[10_000]);
        File.CreateSymbolicLink(_folder.File("between.mp4"), "clip.mp4");
        File.CreateSymbolicLink(_folder.File("link.mp4"), _folder.File("between.mp4"));

        await using var whole = await Open("clip.mp4", 10_000);
        await using var changed = await Open("clip.mp4", 9_999);
        await using var link = await Open("link.mp4", 10_000);

        Assert.Null(whole.Reason);
        Assert.Contains("9999 bytes then, 10000 now", changed.Reason, StringComparison.Ordinal);
        Assert.Contains("a link is in its place", link.Reason, StringComparison.Ordinal);
    }

    private ValueTask<OriginalFile> Open(string name, long bytes) =>
        OriginalFile.OpenAsync(
            FileSource.Of(_folder.File(name)), bytes, new FolderBlobStore(_folder.File("blobs")), default);
}
