using TcMgc.Stores.Blobs.S3;

namespace TcMgc.Stores.Tests.Blobs.S3;

/// <summary>
/// The server of a class of tests: the one that TCMGC_TEST_S3 names as http://host:port/bucket (keys by AWS_ACCESS_KEY_ID and
/// AWS_SECRET_ACCESS_KEY), or a stand-in. Each store has a folder of its own there.
/// </summary>
public sealed class S3Server : IAsyncLifetime
{
    private static readonly Uri? s_real = Environment.GetEnvironmentVariable("TCMGC_TEST_S3") is { Length: > 0 } url
        ? new(url) : null;
    private readonly string _prefix = $"tcmgc-test-{Guid.NewGuid():N}";
    private int _stores;

    static S3Server()
    {
        Environment.SetEnvironmentVariable(
            "AWS_ACCESS_KEY_ID", Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? "test");
        Environment.SetEnvironmentVariable(
            "AWS_SECRET_ACCESS_KEY", Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? "test");
    }

    internal S3StandIn? StandIn { get; private set; }

    internal S3Options Options => new() { Endpoint = StandIn?.Url ?? s_real!.GetLeftPart(UriPartial.Authority), PartMiB = 5 };

    internal string Bucket => StandIn is null ? s_real!.AbsolutePath.Trim('/') : S3StandIn.Bucket;

    public async ValueTask InitializeAsync() => StandIn = s_real is null ? await S3StandIn.StartAsync() : null;

    /// <summary>The setting of a store that holds nothing.</summary>
    internal string NewPlace() => $"s3://{Bucket}/{_prefix}/{Interlocked.Increment(ref _stores)}";

    public async ValueTask DisposeAsync()
    {
        if (StandIn is not null)
        {
            await StandIn.DisposeAsync();
            return;
        }
        using var all = new S3BlobStore($"s3://{Bucket}/{_prefix}", Options);
        foreach (var blob in await all.ListAsync("", CancellationToken.None).ToListAsync())
            await all.DeleteAsync(blob.Name, CancellationToken.None);
        await all.SweepUnfinishedAsync(DateTimeOffset.MaxValue, CancellationToken.None);
    }
}
