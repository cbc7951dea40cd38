using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest.Uploads;
using TcMgc.Ingest.Watching;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Watching;

public sealed class WatchWorkerTests : IAsyncLifetime
{
    private const int Still = 5, MostWaiting = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-watch-").FullName;
    private DataFolder _data = null!;
    private WatchWorker _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _data = await DataFolder.OpenAsync(Path.Combine(_folder, "data"), TimeProvider.System, default);
        Directory.CreateDirectory(PathOf(""));
        Start();
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task A_transcript_that_comes_changes_and_goes_beside_a_known_video_is_seen_once_it_is_still()
    {
        await WriteAsync("sea.mp4", "a video");
        await LookAsync(0);
        await LookAsync(Still);
        var upload = Assert.Single(await EventsAsync<VideoUploaded>());
        var entry = Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_data.Path, AuditLog.FileName)));
        Assert.Contains($"\"action\":\"upload\",\"user\":\"{Environment.UserName}\",\"video\":\"{upload.VideoId}\"", entry,
            StringComparison.Ordinal);

        await WriteAsync("sea.srt", "00:01 --> 00:02\nwaves");
        await LookAsync(10);
        Assert.Empty(await EventsAsync<VideoTranscribed>());
        await LookAsync(10 + Still);
        Assert.Equal((1, 0), (Found("waves"), Found("gulls")));

        await WriteAsync("sea.srt", "00:01 --> 00:02\nwaves\n\n00:03 --> 00:04\ngulls");
        await LookAsync(20);
        await LookAsync(20 + Still);
        Assert.Equal((1, 1), (Found("waves"), Found("gulls")));

        File.Delete(PathOf("sea.srt"));
        await LookAsync(30);
        await LookAsync(30 + Still);
        await LookAsync(30 + 2 * Still);
        Assert.Equal((0, 0), (Found("waves"), Found("gulls")));
        Assert.Equal([1, 2, 0], (await EventsAsync<VideoTranscribed>()).Select(happened => happened.Cues));
        Assert.Single(await EventsAsync<VideoUploaded>());
    }

    [Fact]
    public async Task A_full_folder_waits_for_what_was_accepted_and_leaves_half_of_the_queue_to_uploads()
    {
        for (var at = 0; at < 5; at++)
            await WriteAsync($"{at}.mp4", $"video {at}");
        await LookAsync(0);
        await LookAsync(Still);
        await LookAsync(Still + 1);
        var accepted = await EventsAsync<VideoUploaded>();
        Assert.Equal(MostWaiting / 2, accepted.Count);

        await _data.Events.AppendAsync(
            new VideoDeleted { VideoId = accepted[0].VideoId, UploadId = accepted[0].EventId, Time = accepted[0].Time }, default);
        await LookAsync(Still + 2);
        await LookAsync(Still + 3);

        Assert.Equal(3, (await EventsAsync<VideoUploaded>()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_regular_files_below_the_folder_are_accepted_and_the_others_hold_up_nothing(bool copy)
    {
        Start(copy);
        await WriteAsync("../private.mp4", "a private video");
        await WriteAsync("stored", "a stored video");
        File.CreateSymbolicLink(PathOf("a-passwd.mp4"), "/etc/passwd");
        File.CreateSymbolicLink(PathOf("b-zeros.mp4"), "/dev/zero");
        File.CreateSymbolicLink(PathOf("c-private.mp4"), PathOf("../private.mp4"));
        using (var making = Process.Start("mkfifo", [PathOf("d-pipe.mp4")]))
            await making.WaitForExitAsync();
        File.CreateSymbolicLink(PathOf("e-linked.mp4"), PathOf("stored"));
        await WriteAsync("sea.mp4", "a video");
        await LookAsync(0);
        await LookAsync(Still);

        var accepted = await EventsAsync<VideoUploaded>();

        Assert.Equal(["e-linked.mp4", "sea.mp4"], accepted.Select(upload => upload.FileName));
        Assert.Equal(["a stored video", "a video"], await Task.WhenAll(accepted.Select(ContentAsync)));
        Assert.Equal(copy ? 2 : 0, await _data.Blobs.ListAsync("originals/", default).CountAsync());
    }

    [Fact]
    public async Task A_file_that_a_link_replaces_after_the_look_is_not_followed()
    {
        await WriteAsync("../secret", "a video");
        await WriteAsync("sea.mp4", "a video");
        await LookAsync(0);
        var upload = Uploaded(await ContentHash.OfFileAsync(PathOf("sea.mp4"), default));
        File.Delete(PathOf("sea.mp4"));
        File.CreateSymbolicLink(PathOf("sea.mp4"), PathOf("../secret"));

        await LookAsync(Still);
        await using var original = await OriginalFile.OpenAsync(upload.Source, upload.Bytes, _data.Blobs, default);

        Assert.Empty(await EventsAsync<VideoUploaded>());
        Assert.Equal("cannot be read any more (a link is in its place)", original.Reason);
    }

    [Fact]
    public async Task A_bad_transcript_holds_up_nothing()
    {
        await WriteAsync("a.mp4", "a video");
        await WriteAsync("a.json", "[{\"\\ud800\":0}]");
        await WriteAsync("b.mp4", "another video");
        await LookAsync(0);
        await LookAsync(Still);

        Assert.Equal(["a.mp4", "b.mp4"], (await EventsAsync<VideoUploaded>()).Select(upload => upload.FileName));
    }

    [Fact]
    public async Task A_removed_video_stays_removed_over_a_restart_until_its_file_changes()
    {
        await WriteAsync("sea.mp4", "a video");
        await LookAsync(0);
        await LookAsync(Still);
        var upload = Assert.Single(await EventsAsync<VideoUploaded>());
        await _data.Events.AppendAsync(
            new VideoDeleted { VideoId = upload.VideoId, UploadId = upload.EventId, Time = upload.Time }, default);

        Start();
        await LookAsync(0);
        await LookAsync(Still);
        File.SetLastWriteTimeUtc(PathOf("sea.mp4"), DateTime.UnixEpoch);
        await WriteAsync("sea.srt", "00:01 --> 00:02\nwaves");
        await LookAsync(10);
        await LookAsync(10 + Still);
        Assert.Single(await EventsAsync<VideoUploaded>());
        Assert.Empty(await EventsAsync<VideoTranscribed>());

        await WriteAsync("sea.mp4", "a video of now");
        await LookAsync(20);
        await LookAsync(20 + Still);
        Assert.Equal(2, (await EventsAsync<VideoUploaded>()).Count);
    }

    [Fact]
    public async Task A_file_larger_than_an_upload_may_be_is_not_read()
    {
        Start(copy: true);
        using (var file = File.Create(PathOf("sea.mp4")))
            file.SetLength(new UploadOptions().LargestBytes + 1);
        await LookAsync(0);
        await LookAsync(Still);

        Assert.Empty(await EventsAsync<VideoUploaded>());
    }

    [Fact]
    public async Task Videos_come_to_the_collection_of_the_folder_until_it_has_as_many_as_it_may()
    {
        Start(collection: "press", most: 1);
        await WriteAsync("a.mp4", "a video");
        await WriteAsync("b.mp4", "another video");
        await LookAsync(0);
        await LookAsync(Still);
        await LookAsync(2 * Still);

        var upload = Assert.Single(await EventsAsync<VideoUploaded>());
        Assert.Equal(("press", "a.mp4"), (upload.Collection.Name, upload.FileName));
    }

    private void Start(bool copy = false, string collection = "default", int? most = null)
    {
        var options = new WatchOptions
        {
            Folder = PathOf(""),
            Still = TimeSpan.FromSeconds(Still),
            Copy = copy,
            Collection = collection,
        };
        _worker = new(options, new(),
            new(_data.Events, _data.Blobs, _data.Catalog,
                new(_data.Catalog, new() { MostWaiting = MostWaiting }, new([_folder], 0)),
                new(_data.Catalog, new() { MostVideosEach = most }), TimeProvider.System),
            new(_data.Events, _data.Blobs, _data.Catalog, TimeProvider.System),
            _data.Catalog, new(_data.Path, new(), TimeProvider.System), TimeProvider.System, NullLogger<WatchWorker>.Instance);
    }

    private VideoUploaded Uploaded(ContentHash content) => new()
    {
        VideoId = content.VideoIn(CollectionId.Default),
        Time = TimeProvider.System.GetUtcNow(),
        FileName = "sea.mp4",
        Sha256 = content.Sha256,
        Bytes = content.Bytes,
        Source = VideoUploaded.SourceOf(PathOf("sea.mp4")),
    };

    private async Task<string> ContentAsync(VideoUploaded upload)
    {
        await using var original = await OriginalFile.OpenAsync(upload.Source, upload.Bytes, _data.Blobs, default);
        Assert.Null(original.Reason);
        return await File.ReadAllTextAsync(original.Path);
    }

    /// <summary>Looks through the folder, and lets the catalog and the words follow what was found.</summary>
    private async Task LookAsync(int second)
    {
        await _worker.LookAsync(TimeSpan.FromSeconds(second), default);
        await foreach (var entry in _data.FollowAsync(_data.Events, default).TakeWhile(entry => entry is not null))
            _data.Apply(entry!);
        await _data.Transcripts.FollowAsync(_data.Catalog, default);
    }

    private int Found(string word) => _data.Transcripts.Search(CollectionId.Default, [word], null, 10).Count;

    private string PathOf(string name) => Path.Combine(_folder, "videos", name);

    private Task WriteAsync(string name, string content) => File.WriteAllTextAsync(PathOf(name), content);

    private async Task<List<T>> EventsAsync<T>() => await _data.Events.ReadAllAsync(default).OfType<T>().ToListAsync();
}
