using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests;

public sealed class VideoRetryTests : IAsyncLifetime
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly ScratchFolder _folder = new();
    private DataFolder _data = null!;

    private VideoRetry Retry => new(_data.Events, _data.Catalog, _data.Blobs, TimeProvider.System);

    public async ValueTask InitializeAsync() =>
        _data = await DataFolder.OpenAsync(_folder.File("data"), TimeProvider.System, s_never);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_failed_video_is_uploaded_again_with_its_title_its_tags_and_its_transcript()
    {
        var upload = Uploaded(1, name: "holiday.mp4");
        using var cues = new MemoryStream(Transcript.Serialize([new(0, 1, "one"), new(1, 2, "two")]));
        var transcript = (await _data.Blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(upload.VideoId), cues, s_never)).Name;
        await AppendAsync(upload, Described(upload) with { Tags = ["sea"] }, Transcribed(upload, transcript: transcript),
            Failed(upload));
        var before = (await _data.Catalog.GetAsync(upload.VideoId, s_never))!;

        var now = (await Retry.RetryAsync(upload.VideoId, s_never))!;

        Assert.Equal(before with
        {
            State = VideoState.Uploaded,
            FailedStage = null,
            Reason = null,
            UploadId = now.UploadId,
            UploadedAt = now.UploadedAt,
            Tags = now.Tags,
        }, now);
        Assert.Equal(["sea"], now.Tags);
        Assert.NotEqual(upload.EventId, now.UploadId);
        var again = await _data.Events.ReadAllAsync(s_never).Skip(4).ToListAsync();
        Assert.Equal((3, 2), (again.Count, again.OfType<VideoTranscribed>().Single().Cues));
        Assert.IsType<VideoUploaded>(again[^1]);
    }

    [Fact]
    public async Task A_video_that_did_not_fail_stays_as_it_is_and_one_that_is_gone_is_none()
    {
        var (failed, sound, gone) = (Uploaded(1), Uploaded(2), Uploaded(3));
        await AppendAsync(failed, Failed(failed), sound, Indexed(sound), gone, Deleted(gone));
        await Retry.RetryAsync(failed.VideoId, s_never);

        var again = await Retry.RetryAsync(failed.VideoId, s_never);
        var indexed = await Retry.RetryAsync(sound.VideoId, s_never);

        Assert.Equal((VideoState.Uploaded, VideoState.Indexed), (again!.State, indexed!.State));
        Assert.Null(await Retry.RetryAsync(gone.VideoId, s_never));
        Assert.Null(await Retry.RetryAsync(Video(9), s_never));
        Assert.Equal(7, await _data.Events.ReadAllAsync(s_never).CountAsync());
    }

    private async Task AppendAsync(params VideoEvent[] events)
    {
        foreach (var happened in events)
        {
            await _data.Events.AppendAsync(happened, s_never);
            await _data.Catalog.ApplyAsync(happened, s_never);
        }
    }
}
