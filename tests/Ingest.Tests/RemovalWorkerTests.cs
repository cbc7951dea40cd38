using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests;

public sealed class RemovalWorkerTests : IAsyncLifetime
{
    private const int Width = 4;
    private const string Copy = "originals/1/0";

    private static readonly VideoId s_video = VideoId.FromSha256(new byte[32]);

    private readonly string _path = Directory.CreateTempSubdirectory("tcmgc-removal-").FullName;
    private DataFolder _data = null!;

    private RemovalWorker Worker => WorkerOn(_data.Index);

    private RemovalWorker WorkerOn(IVectorIndex index) =>
        new(_data.Blobs, index, _data.Catalog, new(_data.Events, _data.Catalog, _data.Blobs, TimeProvider.System));

    public async ValueTask InitializeAsync()
    {
        _data = await DataFolder.OpenAsync(_path, TimeProvider.System, default);
        await _data.Index.BindAsync(new("m", Width, 1, null), default);
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        Directory.Delete(_path, recursive: true);
        return default;
    }

    private static VideoUploaded Uploaded(string source, int second = 0) => new()
    {
        VideoId = s_video,
        Time = DateTimeOffset.UnixEpoch.AddSeconds(second),
        FileName = "x.mp4",
        Sha256 = new('0', 64),
        Bytes = 1,
        Source = source,
    };

    private static VideoDeleted Removed(VideoUploaded upload) =>
        new() { VideoId = s_video, UploadId = upload.EventId, Time = upload.Time.AddSeconds(1) };

    // A video with a segment, a picture, a version for browsers and, where it was copied, an original.
    private async Task<VideoUploaded> IndexedAsync(string source = Copy)
    {
        var upload = Uploaded(source);
        await _data.Catalog.ApplyAsync(upload, default);
        await _data.Index.UpsertAsync([new(new(SegmentId.Of(s_video, "m", 0), s_video, 0, 0, 1, [0.5f]), new float[Width],
            new float[Width], new Half[Width], null, new byte[ColourLayout.Bytes])], default);
        await WriteAsync($"{VideoBlobs.PicturesOf(s_video)}320-0.5.jpg");
        await WriteAsync($"{VideoBlobs.ProxiesOf(s_video)}video.mp4");
        if (source == Copy)
            await WriteAsync(Copy);
        return upload;
    }

    private ValueTask WriteAsync(string name) =>
        _data.Blobs.WriteAsync(name, (blob, cancel) => blob.WriteAsync(new byte[1], cancel), default);

    private async Task<(int Segments, string[] Blobs)> LeftAsync()
    {
        var names = new List<string>();
        await foreach (var blob in _data.Blobs.ListAsync("", default))
            if (blob.Name != "log.id") // It names the log that the blobs belong to.
                names.Add(blob.Name);
        return (await _data.Index.CountAsync(s_video, default), [.. names]);
    }

    [Fact]
    public async Task Segments_pictures_and_the_copy_of_the_original_go()
    {
        var upload = await IndexedAsync();

        await Worker.HandleAsync(Removed(upload), default);

        var (segments, blobs) = await LeftAsync();
        Assert.Equal(0, segments);
        Assert.Empty(blobs);
    }

    [Fact]
    public async Task Segments_that_come_after_the_removal_go_too_and_those_of_a_video_that_is_there_stay()
    {
        var upload = await IndexedAsync();
        var indexed = new VideoIndexed
        {
            VideoId = s_video,
            UploadId = upload.EventId,
            Time = upload.Time,
            ModelId = "m",
            Segments = 1,
            Frames = 1,
            Elapsed = 1,
        };

        await Worker.HandleAsync(indexed, default);
        Assert.Equal(1, (await LeftAsync()).Segments);
        await _data.Catalog.ApplyAsync(Removed(upload), default);
        await Worker.HandleAsync(indexed, default);

        Assert.Equal(0, (await LeftAsync()).Segments);
    }

    [Fact]
    public async Task A_file_of_the_user_stays()
    {
        var file = Path.Combine(_path, "x.mp4");
        await File.WriteAllBytesAsync(file, [1]);
        var upload = await IndexedAsync(VideoUploaded.SourceOf(file));

        await Worker.HandleAsync(Removed(upload), default);

        Assert.True(File.Exists(file));
        Assert.Equal(0, (await LeftAsync()).Segments);
    }

    [Fact]
    public async Task Doing_it_twice_is_as_doing_it_once()
    {
        var upload = await IndexedAsync();
        var removed = Removed(upload);
        await Worker.HandleAsync(removed, default);

        await Worker.HandleAsync(removed, default);

        Assert.Empty((await LeftAsync()).Blobs);
    }

    [Fact]
    public async Task A_video_uploaded_again_since_keeps_everything()
    {
        var upload = await IndexedAsync();
        await _data.Catalog.ApplyAsync(Uploaded("originals/2/0", second: 5), default);

        await Worker.HandleAsync(Removed(upload), default);

        var (segments, blobs) = await LeftAsync();
        Assert.Equal((1, 3), (segments, blobs.Length));
    }

    /// <summary>The index may keep a removal waiting, for as long as another process holds it.</summary>
    [Fact]
    public async Task A_video_uploaded_again_while_its_segments_are_deleted_is_processed_again()
    {
        var upload = await IndexedAsync();
        const string Again = "originals/2/0";
        await WriteAsync(Again);
        var index = DispatchProxy.Create<IVectorIndex, BusyIndex>();
        ((BusyIndex)index).Index = _data.Index;
        ((BusyIndex)index).Meanwhile = () => _data.Catalog.ApplyAsync(Uploaded(Again, second: 5), default);

        await WorkerOn(index).HandleAsync(Removed(upload), default);

        var appended = await FirstEventAsync();
        Assert.Equal(Again, Assert.IsType<VideoUploaded>(appended).Source);
        var (segments, blobs) = await LeftAsync();
        Assert.Equal(0, segments);
        Assert.Contains(Again, blobs);
        Assert.DoesNotContain(Copy, blobs);
    }

    private async Task<VideoEvent?> FirstEventAsync()
    {
        await foreach (var entry in _data.Events.FollowAsync(new Dictionary<string, long>(), default))
            return entry?.Event;
        return null;
    }

    /// <summary>Does something before segments are deleted.</summary>
    public class BusyIndex : DispatchProxy
    {
        internal IVectorIndex? Index { get; set; }

        internal Func<ValueTask>? Meanwhile { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IVectorIndex.DeleteAsync) ? new ValueTask(DeleteAsync((VideoId)args![0]!))
                : targetMethod.Invoke(Index, args);

        private async Task DeleteAsync(VideoId video)
        {
            await Meanwhile!();
            await Index!.DeleteAsync(video, CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_removal_that_comes_before_its_upload_is_known_is_tried_again()
    {
        var error = await Assert.ThrowsAsync<UserException>(
            async () => await Worker.HandleAsync(Removed(Uploaded(Copy)), default));

        Assert.Contains(s_video.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_worker_takes_removals_from_the_log_and_goes_on_where_it_stopped()
    {
        var upload = await IndexedAsync();
        await _data.Events.AppendAsync(Removed(upload), default);
        using var stop = new CancellationTokenSource();
        var running = Worker.RunAsync(new(
            _data.Events, TimeProvider.System, new(), new(TimeProvider.System, new(), NullLogger<StoreOutages>.Instance),
            NullLogger<EventConsumer>.Instance), stop.Token);

        while ((await LeftAsync()).Blobs.Length > 0
            || (await _data.Catalog.GetAsync(s_video, default))?.State != VideoState.Deleted)
            await Task.Yield();
        await stop.CancelAsync();
        await running;

        Assert.Equal(VideoState.Deleted, (await _data.Catalog.GetAsync(s_video, default))!.State);
    }
}
