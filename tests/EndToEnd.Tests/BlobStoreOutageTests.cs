using System.Diagnostics;
using System.Net;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Stores.Tests.Blobs.S3;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The bucket of the blobs refuses, and then does not answer.</summary>
public sealed class BlobStoreOutageTests(Workplace place, ITestOutputHelper output) : IClassFixture<Workplace>
{
    private const string Place = $"s3://{S3StandIn.Bucket}";

    static BlobStoreOutageTests()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
    }

    [Fact]
    public async Task While_the_bucket_is_away_uploads_are_answered_503_and_leave_nothing_and_what_is_under_way_waits()
    {
        await using var bucket = await S3StandIn.StartAsync();
        await using var way = new Forwarder(new(bucket.Url));
        using var run = await ServeRun.StartProcessAsync(
            place, place.New("data"), $"Blobs={Place}", $"S3:Endpoint={way.Url}", "S3:Timeout=00:00:01");

        // It takes originals but no frames: a video is under way and cannot go on.
        bucket.Before = context =>
        {
            if (context.Request.Method != "PUT" || !context.Request.Path.Value!.Contains("/frames/", StringComparison.Ordinal))
                return Task.FromResult(false);
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        var waiting = await ServiceCluster.UploadAsync(run, TestClips.Distinct(0, 2));
        await run.UntilReadyzAsync("outages", $"{Place}: ");

        way.Freeze();
        var started = Stopwatch.GetTimestamp();
        using var refused = await run.UploadAsync(TestClips.Distinct(1, 2));
        var upload = Stopwatch.GetElapsedTime(started);
        Assert.StartsWith(Place, await ServeRun.UnavailableAsync(refused), StringComparison.Ordinal);
        started = Stopwatch.GetTimestamp();
        Assert.Contains("the blob store does not answer", await run.ReadyzAsync("stores"), StringComparison.Ordinal);
        var readiness = Stopwatch.GetElapsedTime(started);
        Assert.Single(await run.UntilListedAsync(1));

        way.Thaw();
        bucket.Before = null;
        started = Stopwatch.GetTimestamp();
        Assert.False((await run.UntilAsync(waiting, "indexed")).TryGetProperty("failure", out _));
        var indexed = Stopwatch.GetElapsedTime(started);
        output.WriteLine(
            $"no answer: readiness after {readiness.TotalSeconds:F2} s, an upload after {upload.TotalSeconds:F1} s with "
            + $"S3:Timeout 1 s; the video that waited indexed {indexed.TotalSeconds:F1} s after the bucket came back");
        await run.UntilReadyzAsync();
        await run.UntilAsync(await ServiceCluster.UploadAsync(run, TestClips.Distinct(1, 2)), "indexed");
        run.Terminate();
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Single(ended.ErrorLines, line => line.Contains($"a store is away: {Place}", StringComparison.Ordinal));
        Assert.DoesNotContain("given up", ended.Errors, StringComparison.Ordinal);
    }
}
