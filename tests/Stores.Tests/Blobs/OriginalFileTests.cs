using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Stores.Blobs;

namespace TcMgc.Stores.Tests.Blobs;

public sealed class OriginalFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_original_behind_links_has_the_length_of_what_they_lead_to()
    {
        await File.WriteAllBytesAsync(_folder.File("clip.mp4"), new byte[10_000]);
        File.CreateSymbolicLink(_folder.File("between.mp4"), "clip.mp4");
        File.CreateSymbolicLink(_folder.File("link.mp4"), _folder.File("between.mp4"));

        await using var whole = await Open(10_000);
        await using var changed = await Open(9_999);

        Assert.Null(whole.Reason);
        Assert.Contains("9999 bytes then, 10000 now", changed.Reason, StringComparison.Ordinal);
    }

    private ValueTask<OriginalFile> Open(long bytes) =>
        OriginalFile.OpenAsync(
            FileSource.Of(_folder.File("link.mp4")), bytes, new FolderBlobStore(_folder.File("blobs")), default);
}
