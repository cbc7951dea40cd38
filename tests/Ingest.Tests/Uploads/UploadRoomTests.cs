using TcMgc.Ingest.Uploads;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Uploads;

public sealed class UploadRoomTests : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private DataFolder _data = null!;

    public async ValueTask InitializeAsync() => _data = await DataFolder.OpenAsync(_folder.Path, TimeProvider.System, default);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Of_many_who_come_at_once_as_many_enter_as_there_are_places()
    {
        using var room = Room(new() { MostWaiting = 5 });
        await UploadAsync(1, bytes: 1);

        var entered = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => EntersAsync(room))));

        Assert.Equal(4, entered.Count(has => has));
    }

    [Fact]
    public async Task A_place_is_free_again_when_the_video_did_not_come_or_is_indexed()
    {
        using var room = Room(new() { MostWaiting = 1 });
        (await room.EnterAsync(default)).Dispose();
        var upload = await UploadAsync(1, bytes: 1);
        Assert.False(await EntersAsync(room));

        await _data.Catalog.ApplyAsync(
            new VideoFailed
            {
                VideoId = upload.VideoId,
                UploadId = upload.EventId,
                Time = upload.Time,
                Stage = Stages.Decode,
                Reason = "it is no video",
            }, default);

        Assert.True(await EntersAsync(room));
    }

    [Fact]
    public async Task So_many_bytes_wait_that_no_more_videos_are_taken()
    {
        using var room = Room(new() { MostWaitingBytes = 3000 });
        await UploadAsync(1, bytes: 2000);
        (await room.EnterAsync(default)).Dispose();
        await UploadAsync(2, bytes: 1000);

        var error = await Assert.ThrowsAsync<QueueFullException>(async () => await room.EnterAsync(default));

        Assert.Contains("Upload:MostWaitingBytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_with_less_than_the_reserve_takes_no_upload_and_ends_one_that_is_coming()
    {
        using var room = Room(new(), reserve: long.MaxValue);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await room.EnterAsync(default));
        Assert.Contains("(FreeBytes)", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await room.CheckAsync(1, default));
        Assert.False(await room.IsForPatientAsync(default));
        using var content = new MemoryStream(new byte[20 << 20]);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => room.Watch(content).CopyToAsync(Stream.Null));
        Assert.InRange(content.Position, 1, content.Length - 1);
    }

    [Fact]
    public async Task An_upload_that_would_take_the_reserve_does_not_begin()
    {
        using var room = Room(new(), reserve: 1);

        await room.CheckAsync(1, default);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await room.CheckAsync(long.MaxValue / 2, default));
    }

    private UploadRoom Room(UploadOptions options, long reserve = 0) =>
        new(_data.Catalog, options, new([_folder.Path], reserve));

    private static async Task<bool> EntersAsync(UploadRoom room)
    {
        try
        {
            await room.EnterAsync(default);
            return true;
        }
        catch (QueueFullException)
        {
            return false;
        }
    }

    private async Task<VideoUploaded> UploadAsync(byte at, long bytes)
    {
        var sha256 = new string((char)('0' + at), 64);
        var upload = new VideoUploaded
        {
            VideoId = VideoId.FromSha256(Convert.FromHexString(sha256)),
            Time = DateTimeOffset.UnixEpoch,
            FileName = "x.mp4",
            Sha256 = sha256,
            Bytes = bytes,
            Source = $"originals/{at}",
        };
        await _data.Catalog.ApplyAsync(upload, default);
        return upload;
    }
}
