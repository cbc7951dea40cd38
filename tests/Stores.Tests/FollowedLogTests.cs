using TcMgc.Shared;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Qdrant;
using TcMgc.Stores.Tests.Qdrant.StandIn;
using static TcMgc.Stores.Tests.SampleSegments;

namespace TcMgc.Stores.Tests;

/// <summary>Stores that may be away when a service starts are checked to belong to the log when they are used first.</summary>
public sealed class FollowedLogTests : IDisposable
{
    private static readonly FollowedLog s_log = new("the log", Guid.NewGuid(), Ends(9));
    private static readonly FollowedLog s_other = new("the other log", Guid.NewGuid(), Ends(9));
    private static readonly FollowedLog s_lost = new("the lost log", Guid.NewGuid(), Ends(0));

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Never => CancellationToken.None;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Blobs_of_another_log_are_neither_written_nor_deleted()
    {
        var store = new FolderBlobStore(_folder.File("blobs"));
        using var own = new CheckedBlobs(store, s_log, "s3://videos");
        using var content = new MemoryStream([1, 2, 3]);
        var original = (await own.WriteContentAsync("originals", content, Never)).Name;

        foreach (var (log, reason) in new[] { (s_other, "belongs to another event log"), (s_lost, "the event log is empty") })
        {
            using var foreign = new CheckedBlobs(store, log, "s3://videos");
            var deleting = await Assert.ThrowsAsync<UserException>(() => foreign.DeleteAsync(original, Never).AsTask());
            var writing = await Assert.ThrowsAsync<UserException>(
                () => foreign.WriteContentAsync("originals", content, Never).AsTask());

            Assert.Contains(reason, deleting.Message, StringComparison.Ordinal);
            Assert.Contains("s3://videos", deleting.Message, StringComparison.Ordinal);
            Assert.Equal(deleting.Message, writing.Message);
        }
        Assert.NotNull(await own.FindAsync(original, Never));
    }

    [Fact]
    public async Task An_empty_blob_store_is_whoevers_log_uses_it()
    {
        var store = new FolderBlobStore(_folder.File("blobs"));
        using var former = new CheckedBlobs(store, s_other, "s3://videos");
        await former.FindAsync("x", Never);

        using var blobs = new CheckedBlobs(store, s_lost, "s3://videos");

        Assert.Null(await blobs.FindAsync("x", Never));
    }

    [Fact]
    public async Task A_collection_of_another_log_is_neither_read_nor_written()
    {
        await using var server = await QdrantStandIn.StartAsync();
        var options = new QdrantOptions { Url = server.Url };
        using (var early = new QdrantVectorIndex(options, TimeProvider.System)) // Of a program that knew no ids.
        {
            await early.BindAsync(Model, Never);
            await early.UpsertAsync(Of(1, 3, 1), Never);
        }
        using (var lost = new QdrantVectorIndex(options with { Log = s_lost }, TimeProvider.System))
            await RefusedAsync(lost, "the event log is empty");
        using var own = new QdrantVectorIndex(options with { Log = s_log }, TimeProvider.System);
        await own.CheckAsync(Never);

        using var foreign = new QdrantVectorIndex(options with { Log = s_other }, TimeProvider.System);
        await RefusedAsync(foreign, "belongs to another event log");

        Assert.Equal(3, await own.CountAsync(Never));
    }

    [Fact]
    public void A_log_that_ends_before_what_a_catalog_has_followed_is_refused()
    {
        s_log.RequireReached(new Dictionary<string, long> { ["a"] = 8, ["removed"] = 99 });

        var error = Assert.Throws<UserException>(() => s_log.RequireReached(new Dictionary<string, long> { ["a"] = 9 }));

        Assert.Contains("a ends at 8, but the catalog has followed it to 9", error.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, long> Ends(long end) => new() { ["a"] = end };

    private static async Task RefusedAsync(QdrantVectorIndex index, string reason)
    {
        foreach (var use in (Func<ValueTask>[])[
            () => index.CheckAsync(Never), () => index.BindAsync(Model, Never), () => index.DeleteAsync(Video(1), Never),
            async () => await index.NearestAsync(CollectionId.Default, Shared.Vectors.VectorSpace.Text, new float[8], 1, Never)])
        {
            var error = await Assert.ThrowsAsync<UserException>(() => use().AsTask());
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }
}
