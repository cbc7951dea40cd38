using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Media.Tests;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests;

public sealed class DecodeWorkerTests : IAsyncLifetime
{
    private const int Side = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-decode-").FullName;
    private DataFolder _data = null!;

    public async ValueTask InitializeAsync() => _data = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task An_uploaded_video_becomes_a_frame_pack_and_one_event()
    {
        var clip = TestClips.Make("dated", ".mp4",
            ["-i", TestClips.Distinct(0, 8), "-c", "copy", "-metadata", "creation_time=2024-05-03T16:12:30Z"]);
        var upload = await UploadAsync(clip);
        var reports = new Reports();

        var outcome = await Worker().HandleAsync(upload, reports, default);

        var decoded = Assert.IsType<VideoDecoded>(outcome);
        Assert.Equal((8, 8.0, 320, 240, null),
            (decoded.Frames, decoded.Duration, decoded.Width, decoded.Height, decoded.Warning));
        Assert.Equal(new(2024, 5, 3, 16, 12, 30, TimeSpan.Zero), decoded.RecordedAt);
        Assert.Equal(upload.EventId, decoded.UploadId);
        Assert.Equal([decoded], await OutcomesAsync());
        Assert.Equal(8, reports[^1].Frames);
        Assert.Equal((await Decoding.OfAsync(TestClips.Distinct(0, 8), Side)).Frames, await PackAsync(decoded));
    }

    [Fact]
    public async Task An_original_in_the_blob_store_is_decoded_and_its_copy_is_removed()
    {
        var clip = TestClips.Distinct(1, 2);
        await _data.Blobs.WriteAsync("originals/clip",
            async (blob, token) => await blob.WriteAsync(await File.ReadAllBytesAsync(clip, token), token), default);
        var temporary = Path.GetTempPath();
        var before = Directory.GetFiles(temporary, "tcmgc-original-*");

        var outcome = await Worker().HandleAsync((await UploadAsync(clip)) with { Source = "originals/clip" }, null, default);

        Assert.Equal(2, Assert.IsType<VideoDecoded>(outcome).Frames);
        Assert.Equal(before, Directory.GetFiles(temporary, "tcmgc-original-*"));
    }

    [Fact]
    public async Task A_file_that_is_no_video_fails_once_with_its_reason()
    {
        var outcome = await Worker().HandleAsync(await UploadAsync(TestClips.SoundOnly()), null, default);

        var failed = Assert.IsType<VideoFailed>(outcome);
        Assert.Equal((Stages.Decode, "has only sound, no video stream"), (failed.Stage, failed.Reason));
        Assert.Equal([failed], await OutcomesAsync());
        Assert.Empty(await PacksAsync());
    }

    [Fact]
    public async Task A_damaged_video_is_kept_with_a_warning()
    {
        var whole = await File.ReadAllBytesAsync(
            TestClips.Make("faststart", ".mp4", ["-i", TestClips.Distinct(0, 8), "-c", "copy", "-movflags", "+faststart"]));
        var path = Path.Combine(_folder, "half.mp4");
        await File.WriteAllBytesAsync(path, whole[..(whole.Length / 2)]);

        var decoded = Assert.IsType<VideoDecoded>(await Worker().HandleAsync(await UploadAsync(path), null, default));

        Assert.StartsWith("cut short", decoded.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_original_that_is_gone_or_changed_fails_with_that_reason()
    {
        var path = Path.Combine(_folder, "mine.mp4");
        File.Copy(TestClips.Distinct(2, 1), path);
        var upload = await UploadAsync(path);
        await File.AppendAllTextAsync(path, "more");

        var changed = Assert.IsType<VideoFailed>(await Worker().HandleAsync(upload, null, default));
        File.Delete(path);
        var gone = Assert.IsType<VideoFailed>(await Worker().HandleAsync(upload, null, default));

        Assert.StartsWith("has changed since it was given", changed.Reason, StringComparison.Ordinal);
        Assert.Equal("does not exist", gone.Reason);
    }

    [Fact]
    public async Task What_is_done_is_not_done_again()
    {
        var upload = await UploadAsync(TestClips.Distinct(3, 1));
        await _data.Catalog.ApplyAsync((await Worker().HandleAsync(upload, null, default))!, default);

        Assert.Null(await Worker().HandleAsync(upload, null, default));
        Assert.Single(await OutcomesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_done_but_has_no_fitting_pack_is_done_again(bool packIsMissing)
    {
        var upload = await UploadAsync(TestClips.Distinct(3, 1));
        var first = Assert.IsType<VideoDecoded>(await Worker().HandleAsync(upload, null, default));
        await _data.Catalog.ApplyAsync(first, default);
        if (packIsMissing)
            await _data.Blobs.DeleteAsync(first.FramePack, default);

        var again = await Worker(side: packIsMissing ? Side : Side * 2).HandleAsync(upload, null, default);

        Assert.NotEmpty(await PackAsync(Assert.IsType<VideoDecoded>(again)));
    }

    [Fact]
    public async Task A_video_whose_frames_go_because_it_is_indexed_meanwhile_is_not_decoded_again()
    {
        var upload = await UploadAsync(TestClips.Distinct(3, 1));
        var decoded = Assert.IsType<VideoDecoded>(await Worker().HandleAsync(upload, null, default));
        await _data.Catalog.ApplyAsync(decoded, default);
        var catalog = new CountingCatalog(_data.Catalog, async () =>
        {
            await _data.Catalog.ApplyAsync(
                new VideoIndexed
                {
                    VideoId = upload.VideoId,
                    UploadId = upload.EventId,
                    Time = upload.Time,
                    ModelId = "a",
                    Segments = 1,
                    Frames = 1,
                    Elapsed = 1,
                }, default);
            await _data.Blobs.DeleteAsync(decoded.FramePack, default);
        });

        Assert.Null(await Worker(catalog: catalog).HandleAsync(upload, null, default));
        Assert.Empty(await PacksAsync());
    }

    [Fact]
    public async Task A_removed_video_is_left_alone()
    {
        var upload = await UploadAsync(TestClips.Distinct(4, 1));
        await _data.Catalog.ApplyAsync(
            new VideoDeleted { VideoId = upload.VideoId, UploadId = upload.EventId, Time = TimeProvider.System.GetUtcNow() },
                default);

        Assert.Null(await Worker().HandleAsync(upload, null, default));
        Assert.Empty(await OutcomesAsync());
        Assert.Empty(await PacksAsync());
    }

    [Fact]
    public async Task Nothing_is_left_of_a_video_that_is_removed_while_it_is_decoded()
    {
        var upload = await UploadAsync(TestClips.Distinct(4, 1));
        var removal = new VideoDeleted { VideoId = upload.VideoId, UploadId = upload.EventId, Time = upload.Time };
        var removing = new Reports(_ => _data.Catalog.ApplyAsync(removal, default).AsTask().GetAwaiter().GetResult());

        Assert.Null(await Worker().HandleAsync(upload, removing, default));

        Assert.Empty(await _data.Blobs.ListAsync("", default).Where(blob => blob.Name != "log.id").ToListAsync());
    }

    [Fact]
    public async Task Cancelling_leaves_neither_a_pack_nor_an_event()
    {
        var upload = await UploadAsync(TestClips.Distinct(0, 30));
        using var cancel = new CancellationTokenSource();
        var cancelling = new Reports(_ => cancel.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Worker()
            .HandleAsync(upload, cancelling, cancel.Token));

        Assert.Empty(await OutcomesAsync());
        Assert.Empty(await PacksAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Running_it_decodes_every_upload_and_commits_it(int concurrency)
    {
        for (var clip = 0; clip < 4; clip++)
            await UploadAsync(TestClips.Distinct(clip, 1));
        using var cancel = new CancellationTokenSource();
        var running = Worker(concurrency: concurrency).RunAsync(Consumer(), cancel.Token);
        await foreach (var delivery in _data.Events.SubscribeAsync(new("test", [Topics.Decoded]), cancel.Token))
        {
            await _data.Events.CommitAsync(delivery, default);
            if ((await OutcomesAsync()).Count == 4)
                break;
        }

        await cancel.CancelAsync();

        await running;
        Assert.Equal(4, (await PacksAsync()).Count);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_slow_video_holds_up_no_other()
    {
        var (slow, other) = (TestClips.Make("slow", ".mkv", ["-i", TestClips.Distinct(0, 1)]), TestClips.Distinct(1, 1));
        var gate = Path.Combine(_folder, "gate");
        var ffmpeg = ProgramScript.Make("slow", "ffmpeg", $"""
            case "$*" in *input.mkv*) while ! [ -e '{gate}' ]; do sleep 0.05; done; esac
            exec ffmpeg "$@"
            """);
        var first = await UploadAsync(slow);
        var second = await UploadAsync(other);
        using var stop = new CancellationTokenSource();
        var decoder = new VideoDecoder(_data.Blobs, Side, TimeProvider.System, new() { Ffmpeg = ffmpeg });
        var running = new DecodeWorker(decoder, _data.Events, _data.Blobs, _data.Catalog, TimeProvider.System)
            .RunAsync(Consumer(), stop.Token);

        Assert.Equal(second.VideoId, (await OutcomesAsync(1))[0].VideoId);
        await File.WriteAllTextAsync(gate, "");
        Assert.Equal(first.VideoId, (await OutcomesAsync(2))[1].VideoId);
        await stop.CancelAsync();
        await running;

        async Task<List<UploadOutcome>> OutcomesAsync(int count)
        {
            while (true)
            {
                if (await this.OutcomesAsync() is { } outcomes && outcomes.Count >= count)
                    return outcomes;
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task A_missing_ffmpeg_is_nobodys_fault_but_the_machines()
    {
        var upload = await UploadAsync(TestClips.Distinct(5, 1));

        await Assert.ThrowsAsync<UserException>(async () => await Worker(options: new() { Ffmpeg = "/nowhere/ffmpeg" })
            .HandleAsync(upload, null, default));

        Assert.Empty(await OutcomesAsync());
    }

    [Fact]
    public async Task Without_ffmpeg_it_ends_before_the_first_video()
    {
        await UploadAsync(TestClips.Distinct(5, 1));

        var error = await Assert.ThrowsAsync<UserException>(() =>
            Worker(options: new() { Ffmpeg = "/nowhere/ffmpeg" }).RunAsync(Consumer(), default));

        Assert.Contains("/nowhere/ffmpeg", error.Message, StringComparison.Ordinal);
        Assert.Empty(await OutcomesAsync());
    }

    [Fact]
    public async Task A_video_costs_the_catalog_one_read_before_it_is_decoded_and_one_after()
    {
        var upload = await UploadAsync(TestClips.Distinct(6, 1));
        var catalog = new CountingCatalog(_data.Catalog);

        Assert.IsType<VideoDecoded>(await Worker(catalog: catalog).HandleAsync(upload, null, default));

        Assert.Equal(2, catalog.Reads);
    }

    [Fact]
    public async Task A_failed_video_whose_upload_is_sent_again_is_tried_again()
    {
        var upload = await UploadAsync(TestClips.Distinct(7, 1));
        await _data.Catalog.ApplyAsync(new VideoFailed
        {
            VideoId = upload.VideoId,
            UploadId = upload.EventId,
            Time = TimeProvider.System.GetUtcNow(),
            Stage = Stages.Decode,
            Reason = "given up",
        }, default);

        Assert.IsType<VideoDecoded>(await Worker().HandleAsync(upload, null, default));
    }

    [Fact]
    public async Task Packs_of_another_side_that_wait_when_it_starts_are_made_again()
    {
        var upload = await UploadAsync(TestClips.Distinct(8, 2));
        await _data.Catalog.ApplyAsync((await Worker(side: Side * 2).HandleAsync(upload, null, default))!, default);
        await _data.Catalog.ApplyAsync(
            (await Worker(side: Side * 2).HandleAsync(await UploadAsync(TestClips.Distinct(9, 1)), null, default))!, default);
        using var stop = new CancellationTokenSource();

        var running = Worker().RunAsync(Consumer(), stop.Token);
        while ((await OutcomesAsync()).Count < 4)
            await Task.Yield();
        await stop.CancelAsync();
        await running;

        foreach (var decoded in (await OutcomesAsync()).Cast<VideoDecoded>())
            Assert.All(await PackAsync(decoded), frame => Assert.Equal(Side * Side * 3, frame.Length));
    }

    [Fact]
    public async Task Where_packs_are_bounded_the_next_video_is_decoded_when_there_is_room()
    {
        using var room = new FramePackRoom(1);
        var (first, second) = (await UploadAsync(TestClips.Distinct(0, 1)), await UploadAsync(TestClips.Distinct(1, 1)));
        var worker = Worker(room: room);
        await worker.HandleAsync(first, null, default);

        var waiting = worker.HandleAsync(second, null, default).AsTask();
        Assert.Single(await PacksAsync());
        room.Leave(first.EventId);

        Assert.IsType<VideoDecoded>(await waiting);
    }

    [Fact]
    public async Task A_video_that_fails_takes_no_room()
    {
        using var room = new FramePackRoom(1);
        var worker = Worker(room: room);
        Assert.IsType<VideoFailed>(await worker.HandleAsync(await UploadAsync(TestClips.SoundOnly()), null, default));

        Assert.IsType<VideoDecoded>(await worker.HandleAsync(await UploadAsync(TestClips.Distinct(1, 1)), null, default));
    }

    private DecodeWorker Worker(int side = Side, int concurrency = 1, MediaOptions? options = null, ICatalog? catalog = null,
        FramePackRoom? room = null)
    {
        var decoder = new VideoDecoder(_data.Blobs, side, TimeProvider.System, options ?? new());
        return new(decoder, _data.Events, _data.Blobs, catalog ?? _data.Catalog, TimeProvider.System)
        {
            Concurrency = concurrency,
            Room = room,
        };
    }

    private EventConsumer Consumer() => new(_data.Events, TimeProvider.System, new(),
        new(TimeProvider.System, new(), NullLogger<StoreOutages>.Instance), NullLogger<EventConsumer>.Instance);

    private async Task<VideoUploaded> UploadAsync(string path)
    {
        var hash = await ContentHash.OfFileAsync(path, default);
        var upload = new VideoUploaded
        {
            VideoId = hash.VideoIn(CollectionId.Default),
            Time = TimeProvider.System.GetUtcNow(),
            FileName = Path.GetFileName(path),
            Sha256 = hash.Sha256,
            Bytes = hash.Bytes,
            Source = VideoUploaded.SourceOf(path),
        };
        await _data.Events.AppendAsync(upload, default);
        await _data.Catalog.ApplyAsync(upload, default);
        return upload;
    }

    private async Task<List<UploadOutcome>> OutcomesAsync()
    {
        var outcomes = new List<UploadOutcome>();
        await foreach (var happened in _data.Events.ReadAllAsync(default))
            if (happened is UploadOutcome outcome)
                outcomes.Add(outcome);
        return outcomes;
    }

    private async Task<List<string>> PacksAsync()
    {
        var packs = new List<string>();
        await foreach (var blob in _data.Blobs.ListAsync("frames/", default))
            packs.Add(blob.Name);
        return packs;
    }

    private async Task<List<byte[]>> PackAsync(VideoDecoded decoded)
    {
        await using var pack = await FramePackReader.OpenAsync((await _data.Blobs.OpenReadAsync(decoded.FramePack, default))!,
            default);
        Assert.Equal(Enumerable.Range(0, decoded.Frames).Select(second => (double)second), pack.Times.ToArray());
        var frames = new byte[pack.Count * pack.FrameBytes];
        Assert.Equal(pack.Count, await pack.ReadAsync(frames, default));
        return [.. frames.Chunk(pack.FrameBytes)];
    }

    /// <summary>Reports at once, on the reporter's thread.</summary>
    private sealed class Reports(Action<DecodeProgress>? then = null) : List<DecodeProgress>, IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
            Add(value);
            then?.Invoke(value);
        }
    }
}
