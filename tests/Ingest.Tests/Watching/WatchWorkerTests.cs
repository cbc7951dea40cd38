using Microsoft.Extensions.Logging.Abstractions;
using TcMgc.Ingest.Watching;
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
        var options = new WatchOptions
        {
            Folder = Directory.CreateDirectory(Path.Combine(_folder, "videos")).FullName,
            Still = TimeSpan.FromSeconds(Still)
        };
        _worker = new(options,
            new(_data.Events, _data.Blobs, _data.Catalog, new(_data.Catalog, new() { MostWaiting = MostWaiting }, [_folder]),
                TimeProvider.System),
            new(_data.Events, _data.Blobs, _data.Catalog, TimeProvider.System),
            TimeProvider.System, NullLogger<WatchWorker>.Instance);
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
        Assert.Single(await EventsAsync<VideoUploaded>());

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

    /// <summary>Looks through the folder, and lets the catalog and the words follow what was found.</summary>
    private async Task LookAsync(int second)
    {
        await _worker.LookAsync(TimeSpan.FromSeconds(second), default);
        await foreach (var entry in _data.FollowAsync(_data.Events, default).TakeWhile(entry => entry is not null))
            _data.Apply(entry!);
        await _data.Transcripts.FollowAsync(_data.Catalog, default);
    }

    private int Found(string word) => _data.Transcripts.Search([word], null, 10).Count;

    private string PathOf(string name) => Path.Combine(_folder, "videos", name);

    private Task WriteAsync(string name, string content) => File.WriteAllTextAsync(PathOf(name), content);

    private async Task<List<T>> EventsAsync<T>() => await _data.Events.ReadAllAsync(default).OfType<T>().ToListAsync();
}
