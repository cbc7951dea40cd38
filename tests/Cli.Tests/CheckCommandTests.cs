using System.Text.Json;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Tests;

/// <summary>check, backup, restore and rebuild as commands.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-check-").FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_backed_up_and_restored_is_well_and_a_lost_original_is_a_line_and_a_status()
    {
        var original = await UploadAsync();
        var (saved, restored) = (Path.Combine(_folder, "saved"), Path.Combine(_folder, "restored"));

        var backup = await CommandRun.Of("backup", saved, "--data", Data);
        var restore = await CommandRun.Of("restore", saved, "--data", restored, "--json");
        var well = await CommandRun.Of("check", "--data", restored);
        File.Delete(original.Replace(Data, restored, StringComparison.Ordinal));
        var lost = await CommandRun.Of("check", "--data", restored, "--quick");
        var told = await CommandRun.Of("check", "--data", restored, "--json");

        Assert.Equal(0, backup.Status);
        Assert.Contains("1 videos as of", backup.Output, StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse(restore.Output).RootElement.GetProperty("videos").GetInt32());
        Assert.Equal((0, "all is well\n"), (well.Status, well.Output));
        Assert.Equal((1, "1 found"), (lost.Status, lost.Output.TrimEnd('\n').Split('\n')[^1]));
        var report = JsonDocument.Parse(told.Output).RootElement;
        Assert.False(report.GetProperty("ok").GetBoolean());
        Assert.Equal("missingOriginal", report.GetProperty("findings")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Repairing_makes_the_catalog_again_from_the_log()
    {
        await UploadAsync();
        using (var folder = await DataFolder.OpenAsync(Data, TimeProvider.System, CancellationToken.None))
            await folder.Catalog.ApplyAsync(SampleEvents.Uploaded(9), CancellationToken.None); // Which the log does not have.

        var repaired = await CommandRun.Of("check", "--data", Data, "--repair");
        var well = await CommandRun.Of("check", "--data", Data);

        // The invented video's entry goes, and with it the finding that its original is missing.
        Assert.Equal((0, "2 repaired\nall is well\n"), (repaired.Status, repaired.Output));
        Assert.Equal((0, "all is well\n"), (well.Status, well.Output));
    }

    [Theory]
    [InlineData("the event log is empty, there is nothing to rebuild from", "rebuild")]
    [InlineData("is no complete backup", "restore", "nowhere")]
    [InlineData("Kafka, Qdrant and S3 are backed up by their own means", "backup", "saved", "--set", "Vectors=qdrant")]
    public async Task What_cannot_be_done_is_told_in_one_line(string reason, params string[] arguments)
    {
        var (status, _, errors) = await CommandRun.Of([.. arguments, "--data", Data]);

        Assert.Equal(1, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    /// <summary>A video that waits to be decoded; gives the path of its original.</summary>
    private async Task<string> UploadAsync()
    {
        using var folder = await DataFolder.OpenAsync(Data, TimeProvider.System, CancellationToken.None);
        using var content = new MemoryStream([1, 2, 3]);
        var blob = await folder.Blobs.WriteContentAsync(VideoBlobs.NewOriginalOf(default), content, CancellationToken.None);
        await folder.Events.AppendAsync(new VideoUploaded
        {
            VideoId = VideoId.FromSha256(Convert.FromHexString(blob.Sha256)),
            Time = SampleEvents.Noon,
            FileName = "clip.mp4",
            Sha256 = blob.Sha256,
            Bytes = blob.Bytes,
            Source = blob.Name,
        }, CancellationToken.None);
        return Path.Combine(Data, "blobs", blob.Name);
    }
}
