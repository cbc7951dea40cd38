using Microsoft.Extensions.Configuration;
using TcMgc.Shared;
using TcMgc.Stores.Qdrant;

namespace TcMgc.Stores.Tests;

public sealed class StorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-stores-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task By_default_all_is_in_the_data_folder()
    {
        await using var stores = await OpenAsync();

        Assert.Null(await stores.Index.GetModelAsync(default));
        Assert.Empty(await stores.Transcripts.FollowAsync(stores.Catalog, default));
        Assert.Equal(["blobs", "catalog.db", "events.db", "index.db", "transcripts.db"],
            Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName)
            .Where(name => !name!.EndsWith("-wal", StringComparison.Ordinal) && !name.EndsWith("-shm", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_adapter_is_chosen_by_its_key()
    {
        await using var stores = await OpenAsync(("Vectors", "qdrant"), ("Blobs", Path.Combine(_folder, "elsewhere")));

        Assert.IsType<QdrantVectorIndex>(stores.Index);
        Assert.True(Directory.Exists(Path.Combine(_folder, "elsewhere")));
    }

    [Fact]
    public async Task Blobs_lie_in_a_bucket_where_that_is_asked_for()
    {
        await using var stores = await OpenAsync(("Blobs", "s3://videos/one"), ("S3:Endpoint", "http://127.0.0.1:9"));

        Assert.IsType<CheckedBlobs>(stores.Blobs);
    }

    [Theory]
    [InlineData("Events", "rabbit", "Events is 'rabbit'; it must be sqlite or kafka")]
    [InlineData("Events", "kafka", "Kafka:BootstrapServers")]
    [InlineData("Vectors", "pinecone", "Vectors is 'pinecone'; it must be sqlite or qdrant")]
    [InlineData("Blobs", "s3://a/../b", "Blobs is 's3://a/../b'; it must be a folder, s3://BUCKET or s3://BUCKET/FOLDER")]
    [InlineData("Qdrant:Url", "nowhere", "Qdrant:Url")]
    public async Task What_is_wrong_is_told_with_its_key(string key, string value, string told)
    {
        var error = await Assert.ThrowsAsync<UserException>(
            () => OpenAsync((key, value), key == "Qdrant:Url" ? ("Vectors", "qdrant") : ("Threads", "0")));

        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Qdrant:Url", "Vectors", "qdrant")]
    [InlineData("S3:Endpoint", "Blobs", "s3://videos")]
    [InlineData("Blobs", "Vectors", "sqlite")]
    public async Task A_wrong_address_is_told_without_the_password_in_it(string key, string other, string value)
    {
        var error = await Assert.ThrowsAsync<UserException>(
            () => OpenAsync((other, value), (key, "s3://me:pass/w0rd@videos?token=w0rd")));

        Assert.StartsWith(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("w0rd", $"{error}", StringComparison.Ordinal);
    }

    private Task<Storage> OpenAsync(params (string Key, string Value)[] settings) => Storage.OpenAsync(
        new ConfigurationBuilder().AddInMemoryCollection(
            [.. settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)), new("Data", _folder)]).Build(),
        forWork: false, TimeProvider.System, default).AsTask();
}
