using System.Text.Json;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Tests;

public sealed class SweepCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-sweep-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_orphan_is_listed_then_removed()
    {
        var orphan = await LeaveOrphanAsync();

        var listed = await CommandRun.Of("sweep", "--data", _folder, "--dry-run");
        Assert.True(File.Exists(orphan));
        var swept = await CommandRun.Of("sweep", "--data", _folder, "--json");
        var again = await CommandRun.Of("sweep", "--data", _folder);

        Assert.Equal((0, ""), (listed.Status, listed.Errors));
        Assert.EndsWith("1 blobs (3 bytes) would be removed\n", listed.Output, StringComparison.Ordinal);
        var report = JsonDocument.Parse(swept.Output).RootElement;
        Assert.Equal(
            (false, 1, 3),
            (report.GetProperty("dryRun").GetBoolean(), report.GetProperty("orphans").GetInt32(), report.GetProperty("bytes")
                .GetInt64()));
        Assert.EndsWith(report.GetProperty("blobs")[0].GetProperty("name").GetString()!, orphan, StringComparison.Ordinal);
        Assert.False(File.Exists(orphan));
        Assert.Equal((0, "0 blobs (0 bytes) removed\n"), (again.Status, again.Output));
    }

    [Fact]
    public async Task Beside_a_log_that_was_lost_nothing_is_swept()
    {
        var original = await LeaveOrphanAsync();
        await File.WriteAllBytesAsync(Path.Combine(_folder, "events.db"), []);

        var (status, _, errors) = await CommandRun.Of("sweep", "--data", _folder);

        Assert.Equal(1, status);
        Assert.Contains("the log is lost, or another one", errors, StringComparison.Ordinal);
        Assert.True(File.Exists(original));
    }

    [Theory]
    [InlineData(1, "the event log is empty")]
    [InlineData(1, "s3://BUCKET", "--set", "Blobs=s3://")]
    [InlineData(1, "S3:PartMiB", "--set", "Blobs=s3://videos", "--set", "S3:PartMiB=1")]
    [InlineData(1, "S3:Endpoint", "--set", "Blobs=s3://videos", "--set", "S3:Endpoint=nowhere")]
    [InlineData(2, "it must be from 1 to", "--hours", "0")]
    public async Task Wrong_usage_is_reported_in_one_line(int expected, string reason, params string[] arguments)
    {
        var (status, _, errors) = await CommandRun.Of(["sweep", "--data", _folder, .. arguments]);

        Assert.Equal(expected, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    /// <summary>A blob of two days ago beside a log that knows another video.</summary>
    private async Task<string> LeaveOrphanAsync()
    {
        using var folder = await DataFolder.OpenAsync(_folder, TimeProvider.System, CancellationToken.None);
        await folder.Events.AppendAsync(SampleEvents.Uploaded(0), CancellationToken.None);
        var written = await folder.Blobs.WriteContentAsync("originals", new MemoryStream([1, 2, 3]), CancellationToken.None);
        var path = Path.Combine(_folder, "blobs", written.Name);
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        return path;
    }
}
