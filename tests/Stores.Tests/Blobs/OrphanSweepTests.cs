using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests.Blobs;

public sealed class OrphanSweepTests : IAsyncLifetime
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(24);
    private readonly ScratchFolder _folder = new();
    private readonly TimeAhead _tomorrow = new(TimeSpan.FromHours(25));
    private DataFolder _data = null!;

    /// <summary>A clock that is ahead of the one that blobs are written by.</summary>
    private sealed class TimeAhead(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }

    public async ValueTask InitializeAsync() =>
        _data = await DataFolder.OpenAsync(_folder.File("data"), TimeProvider.System, s_never);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task What_no_video_names_is_removed_and_nothing_else()
    {
        var indexed = await UploadAsync(1);
        var decoded = await UploadAsync(2);
        var deleted = await UploadAsync(3);
        var referenced = SampleEvents.Uploaded(4); // Its source is a file: a copy in the store is of no use.
        await AppendAsync(referenced, SampleEvents.Decoded(indexed), SampleEvents.Indexed(indexed), SampleEvents.Decoded(decoded),
            Deleted(deleted),
            SampleEvents.Transcribed(indexed, transcript: $"{VideoBlobs.TranscriptsOf(indexed.VideoId)}/now"));
        string[] kept = [
            indexed.Source, decoded.Source, VideoBlobs.FramesOf(decoded.VideoId),
            $"{VideoBlobs.PicturesOf(indexed.VideoId)}preview.jpg", $"{VideoBlobs.TranscriptsOf(indexed.VideoId)}/now",
            "others/one", "originals/notes.txt", "log.id"];
        string[] orphans =
        [
            VideoBlobs.FramesOf(indexed.VideoId), VideoBlobs.FramesOf(deleted.VideoId),
            VideoBlobs.FramesOf(SampleEvents.Video(9)),
            deleted.Source, $"originals/{referenced.Sha256}", $"originals/{Guid.Empty}/{SampleEvents.Uploaded(9).Sha256}",
            $"{VideoBlobs.PicturesOf(deleted.VideoId)}preview.jpg", $"{VideoBlobs.PicturesOf(SampleEvents.Video(9))}320-1.0.jpg",
            $"{VideoBlobs.TranscriptsOf(indexed.VideoId)}/before", $"{VideoBlobs.TranscriptsOf(deleted.VideoId)}/now",
        ];
        foreach (var name in kept.Except(["log.id"]).Concat(orphans))
            await WriteAsync(name);

        var told = await SweepAsync(_tomorrow, isDryRun: true);
        Assert.Equal(kept.Length + orphans.Length, (await NamesAsync()).Count);
        var swept = await SweepAsync(_tomorrow);

        Assert.Equal(orphans.Order(StringComparer.Ordinal), swept);
        Assert.Equal(swept, told);
        Assert.Equal(kept.Order(StringComparer.Ordinal), await NamesAsync());
    }

    [Fact]
    public async Task What_is_young_is_left_alone()
    {
        await UploadAsync(1);
        await WriteAsync($"originals/{SampleEvents.Uploaded(9).Sha256}");

        Assert.Empty(await SweepAsync(TimeProvider.System));
        Assert.Single(await NamesAsync(), name => name != "log.id");
    }

    [Fact]
    public async Task Content_that_is_uploaded_again_during_the_sweep_is_left_alone()
    {
        await UploadAsync(1);
        string[] names = [
            .. new[] { 8, 9 }.Select(video => $"originals/{SampleEvents.Uploaded(video).Sha256}").Order(StringComparer.Ordinal)];
        foreach (var name in names)
        {
            await WriteAsync(name);
            File.SetLastWriteTimeUtc(
                Path.Combine(_folder.File("data"), "blobs", name), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        }

        var swept = new List<string>();
        await foreach (var orphan in new OrphanSweep(_data.Blobs, _data.Events, _data.Catalog, TimeProvider.System).RunAsync(
            s_grace, isDryRun: false, s_never))
        {
            swept.Add(orphan.Name);
            await WriteAsync(names[1]); // Both were listed by now.
        }

        Assert.Equal([names[0]], swept);
        Assert.Equal(["log.id", names[1]], await NamesAsync());
    }

    [Fact]
    public async Task A_video_that_only_the_log_knows_keeps_its_blobs()
    {
        var upload = SampleEvents.Uploaded(1) with { Source = $"originals/{SampleEvents.Uploaded(1).Sha256}" };
        await WriteAsync(upload.Source);
        await _data.Events.AppendAsync(upload, s_never);

        Assert.Empty(await SweepAsync(_tomorrow));
    }

    [Fact]
    public async Task A_log_that_is_empty_sweeps_nothing()
    {
        await WriteAsync($"originals/{SampleEvents.Uploaded(9).Sha256}");

        var error = await Assert.ThrowsAsync<UserException>(() => SweepAsync(_tomorrow));

        Assert.Contains("the event log is empty", error.Message, StringComparison.Ordinal);
        Assert.Single(await NamesAsync(), name => name != "log.id");
    }

    [Fact]
    public async Task What_killed_writes_left_goes_too()
    {
        await UploadAsync(1);
        var left = Path.Combine(_folder.File("data"), "blobs", ".unfinished", "left");
        await File.WriteAllBytesAsync(left, [1]);

        await SweepAsync(TimeProvider.System);
        Assert.True(File.Exists(left));
        await SweepAsync(_tomorrow);
        Assert.False(File.Exists(left));
    }

    private async Task<VideoUploaded> UploadAsync(int video)
    {
        var upload = SampleEvents.Uploaded(video) with { Source = $"originals/{SampleEvents.Uploaded(video).Sha256}" };
        await AppendAsync(upload);
        return upload;
    }

    private async Task AppendAsync(params VideoEvent[] events)
    {
        foreach (var happened in events)
        {
            await _data.Events.AppendAsync(happened, s_never);
            await _data.Catalog.ApplyAsync(happened, s_never);
        }
    }

    private static VideoDeleted Deleted(VideoUploaded upload) =>
        new() { VideoId = upload.VideoId, UploadId = upload.EventId, Time = upload.Time.AddSeconds(5) };

    private Task WriteAsync(string name) =>
        _data.Blobs.WriteAsync(name, (stream, cancel) => stream.WriteAsync(new byte[] { 1, 2, 3 }, cancel), s_never).AsTask();

    private async Task<List<string>> SweepAsync(TimeProvider time, bool isDryRun = false) =>
        await new OrphanSweep(_data.Blobs, _data.Events, _data.Catalog, time).RunAsync(s_grace, isDryRun, s_never)
        .Select(blob => blob.Name).ToListAsync();

    private async Task<List<string>> NamesAsync() =>
        await _data.Blobs.ListAsync("", s_never).Select(blob => blob.Name).ToListAsync();
}
