using Amazon.S3;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Stores.Blobs.S3;

namespace TcMgc.Stores.Tests.Blobs.S3;

public sealed class S3BlobStoreTests : BlobStoreContract, IClassFixture<S3Server>, IDisposable
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly S3Server _server;
    private readonly string _place;
    private readonly S3BlobStore _store;

    public S3BlobStoreTests(S3Server server)
    {
        (_server, _place) = (server, server.NewPlace());
        _store = new(_place, server.Options);
    }

    protected override IBlobStore Store => _store;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task No_request_is_larger_than_a_part()
    {
        await _store.WriteContentAsync("originals", new MemoryStream(Random(17 << 20)), s_never);

        Assert.InRange(_server.StandIn?.LargestBody ?? 0, 0, 5 << 20);
    }

    [Fact]
    public async Task A_reader_of_a_large_blob_that_is_replaced_is_told()
    {
        await Write("one", Random(1 << 20));
        await using var reader = await _store.OpenReadAsync("one", s_never);
        await Write("one", new byte[1 << 20]);
        reader!.Position = 900_000;

        var error = await Assert.ThrowsAsync<UserException>(async () => await reader.ReadExactlyAsync(new byte[10]));

        Assert.Contains("was replaced or removed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_of_a_large_blob_that_is_removed_is_told()
    {
        await Write("one", Random(1 << 20));
        await using var reader = await _store.OpenReadAsync("one", s_never);
        await _store.DeleteAsync("one", s_never);

        var error = await Assert.ThrowsAsync<UserException>(() => reader!.CopyToAsync(Stream.Null));

        Assert.Contains("was replaced or removed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_killed_uploads_left_is_swept()
    {
        using var bucket = new S3Bucket(_place, _server.Options);
        foreach (var name in new[] { "a", "b", "c", "d" })
            await bucket.Client.InitiateMultipartUploadAsync(bucket.Name, bucket.Prefix + name, s_never);
        await bucket.Client.PutObjectAsync(
            new()
            {
                BucketName = bucket.Name,
                Key = $"{bucket.Prefix}.unfinished/left",
                ContentBody = "x",
                UseChunkEncoding = false
            }, s_never);
        await Write("one", [1]);

        Assert.Equal(0, await _store.SweepUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(-1), s_never));
        Assert.Equal(["one"], await Names(""));
        Assert.Equal(5, await _store.SweepUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(1), s_never));
        Assert.Equal(0, await _store.SweepUnfinishedAsync(DateTimeOffset.MaxValue, s_never));
        Assert.Equal(["one"], await Names(""));
    }

    [Fact]
    public async Task Many_blobs_are_listed_page_by_page()
    {
        foreach (var number in Enumerable.Range(0, 10))
            await Write($"frames/{number}", [1]);

        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"frames/{number}"), await Names("frames/"));
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_a_clear_error()
    {
        using var store = new S3BlobStore("s3://no-such-bucket-here", _server.Options);

        foreach (var attempt in new Func<Task>[]
        {
            async () => await store.FindAsync("one", s_never),
            async () => await store.OpenReadAsync("one", s_never),
            async () => await store.WriteAsync("one", (stream, cancel) => stream.WriteAsync(new byte[1], cancel), s_never),
        })
        {
            var error = await Assert.ThrowsAsync<UserException>(attempt);
            Assert.StartsWith("s3://no-such-bucket-here: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("bucket does not exist", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_clear_error()
    {
        using var store = new S3BlobStore("s3://videos", new() { Endpoint = "http://127.0.0.1:9" });

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.FindAsync("one", s_never));

        Assert.StartsWith("s3://videos: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_tried_again()
    {
        if (_server.StandIn is not { } standIn)
            return; // A real server's connections are not ours to break.
        await Write("one", Random(100_000));
        var broken = 0;
        standIn.Before = async context =>
        {
            if (context.Request.Method != "GET" || broken++ > 0)
                return false;
            context.Response.ContentLength = 100_000;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        await using var reader = await _store.OpenReadAsync("one", s_never);
        using var copy = new MemoryStream();
        await reader!.CopyToAsync(copy);
        standIn.Before = null;

        Assert.Equal(2, broken);
        Assert.Equal(Random(100_000), copy.ToArray());
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3://A_B")]
    [InlineData("s3://videos/../other")]
    [InlineData("s3://videos?x=1")]
    [InlineData("s3://videos/.hidden")]
    public void What_is_no_bucket_is_refused(string place)
    {
        var error = Assert.Throws<UserException>(() => new S3BlobStore(place, _server.Options));

        Assert.Contains("s3://BUCKET", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_a_bucket_is_a_store_of_its_own()
    {
        using var beside = new S3BlobStore(_place + "0", _server.Options);
        await Write("one", [1]);

        Assert.Empty(await beside.ListAsync("", s_never).ToListAsync());
        Assert.Null(await beside.FindAsync("one", s_never));
    }
}
