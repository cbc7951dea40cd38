using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Stores.Blobs;

namespace TcMgc.Stores.Tests.Blobs;

public sealed class FolderBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly FolderBlobStore _store;

    public FolderBlobStoreTests() => _store = new(_folder.File("blobs"));

    protected override IBlobStore Store => _store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_killed_write_left_is_no_blob_and_is_swept()
    {
        await Write("one", [1]);
        var left = Path.Combine(_folder.File("blobs"), ".unfinished", "left");
        await File.WriteAllBytesAsync(left, [1, 2, 3]);

        Assert.Equal(["one"], await Names(""));
        Assert.Equal(0, await _store.SweepUnfinishedAsync(File.GetLastWriteTimeUtc(left), CancellationToken.None));
        Assert.Equal(1, await _store.SweepUnfinishedAsync(DateTimeOffset.MaxValue, CancellationToken.None));
        Assert.False(File.Exists(left));
        Assert.Equal(["one"], await Names(""));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_clear_error()
    {
        File.WriteAllText(_folder.File("file"), "");

        var error = Assert.Throws<StoreUnavailableException>(() => new FolderBlobStore(_folder.File("file/blobs")));

        Assert.Contains(_folder.File("file/blobs"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_a_clear_error_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            _store.WriteAsync("one", (_, _) => throw new IOException("No space left on device", 28), CancellationToken.None)
            .AsTask());

        Assert.Contains("make room", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_blobs_name_is_durable_in_every_folder_above_it_before_its_write_returns()
    {
        var root = _folder.File("durable");
        var flushed = new List<(string Folder, bool HasName)>();
        var store = new FolderBlobStore(root, isOwners: false, folder =>
        {
            flushed.Add((folder, Directory.EnumerateFileSystemEntries(folder).Any()));
            DurableFolder.Flush(folder);
        });

        await store.WriteContentAsync("originals/1", new MemoryStream([1]), CancellationToken.None);

        var originals = Path.Combine(root, "originals");
        Assert.Equal([(Path.Combine(originals, "1"), true), (originals, true), (root, true)], flushed);
    }

    [Fact]
    public async Task A_write_whose_name_may_be_lost_has_failed()
    {
        var store = new FolderBlobStore(_folder.File("durable"), isOwners: false, folder => throw new IOException("lost", 5));

        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await store.WriteContentAsync("originals/1", new MemoryStream([1]), CancellationToken.None));
    }

    [Fact]
    public void A_folder_that_cannot_be_flushed_is_an_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "its file system makes names durable itself");
        Assert.Throws<IOException>(() => DurableFolder.Flush(_folder.File("nowhere")));
    }

    [Fact]
    public async Task Blobs_that_go_while_they_are_listed_are_left_out()
    {
        await _store.WriteAsync("originals/stays", (stream, cancel) => stream.WriteAsync(new byte[1], cancel), default);
        using var end = new CancellationTokenSource();
        var changing = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await _store.WriteAsync("originals/goes", (stream, cancel) => stream.WriteAsync(new byte[1], cancel), default);
                await _store.DeleteAsync("originals/goes", default);
            }
        });

        for (var look = 0; look < 500; look++)
            Assert.Contains("originals/stays",
                await _store.ListAsync("originals/", default).Select(blob => blob.Name).ToListAsync());

        await end.CancelAsync();
        await changing;
    }

    [Fact]
    public async Task A_folder_that_is_not_mounted_is_away_and_its_blobs_are_not_taken_for_gone()
    {
        await Write("one", [1]);
        Directory.Move(_folder.File("blobs"), _folder.File("unmounted"));
        Directory.CreateDirectory(_folder.File("blobs")); // The mount point.

        foreach (var attempt in new Func<Task>[]
        {
            async () => await _store.FindAsync("one", CancellationToken.None),
            async () => await _store.OpenReadAsync("one", CancellationToken.None),
            async () => await _store.DeleteAsync("one", CancellationToken.None),
            async () => await Write("two", [2]),
        })
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(attempt);
            Assert.StartsWith(_folder.File("blobs"), error.Message, StringComparison.Ordinal);
        }

        Directory.Delete(_folder.File("blobs"));
        Directory.Move(_folder.File("unmounted"), _folder.File("blobs"));
        Assert.Equal(["one"], await Names(""));
    }
}
