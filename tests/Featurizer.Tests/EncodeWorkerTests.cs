using Microsoft.Extensions.Logging.Abstractions;
using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Featurizer.Tests;

public sealed class EncodeWorkerTests : IAsyncLifetime
{
    private readonly string _path = Directory.CreateTempSubdirectory("tcmgc-featurize-").FullName;
    private readonly TinyModel _model = new();
    private readonly List<VideoEncoder> _encoders = [];
    private DataFolder _data = null!;

    public async ValueTask InitializeAsync() => _data = await DataFolder.OpenAsync(_path, TimeProvider.System, default);

    public async ValueTask DisposeAsync()
    {
        foreach (var encoder in _encoders)
            await encoder.DisposeAsync();
        _data.Dispose();
        _model.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    private async Task<EncodeWorker> WorkerAsync(FeaturizeOptions? options = null, ICatalog? catalog = null)
    {
        var encoder = new VideoEncoder(_model.Model, _data.Blobs, TimeProvider.System, options ?? new());
        _encoders.Add(encoder);
        var worker = new EncodeWorker(encoder, _data.Events, _data.Blobs, _data.Index, catalog ?? _data.Catalog,
            TimeProvider.System)
        {
            ModelFolder = _model.Folder.Path,
        };
        await worker.BindAsync(default);
        return worker;
    }

    // A video of random pictures, one a second, uploaded and decoded; its events are applied to the catalog.
    private async Task<VideoDecoded> DecodedAsync(int seed, int frames, int side = 32)
    {
        var sha256 = new byte[32];
        sha256[0] = (byte)seed;
        var uploaded = new VideoUploaded
        {
            VideoId = VideoId.FromSha256(sha256),
            Time = DateTimeOffset.UnixEpoch,
            FileName = $"{seed}.mp4",
            Sha256 = Convert.ToHexStringLower(sha256),
            Bytes = 1,
            Source = "file:///x.mp4",
        };
        var name = $"frames/{seed}";
        await _data.Blobs.WriteAsync(name, (stream, cancel) => WritePackAsync(stream, seed, frames, side, cancel), default);
        var decoded = new VideoDecoded
        {
            VideoId = uploaded.VideoId,
            UploadId = uploaded.EventId,
            Time = DateTimeOffset.UnixEpoch,
            FramePack = name,
            Frames = frames,
            Duration = frames,
            Width = 640,
            Height = 360,
            Elapsed = 1,
        };
        await HappenedAsync(uploaded);
        await HappenedAsync(decoded);
        return decoded;
    }

    private static async ValueTask WritePackAsync(Stream stream, int seed, int frames, int side, CancellationToken cancel)
    {
        var writer = await FramePackWriter.CreateAsync(stream, side, cancel);
        var (random, frame) = (new Random(seed), new byte[writer.FrameBytes]);
        for (var at = 0; at < frames; at++)
        {
            random.NextBytes(frame);
            await writer.AppendAsync(frame, at + 0.5, cancel);
        }
        await writer.CompleteAsync(cancel);
    }

    private async Task HappenedAsync(VideoEvent happened)
    {
        await _data.Events.AppendAsync(happened, default);
        await _data.Catalog.ApplyAsync(happened, default);
    }

    private async Task<List<VideoEvent>> LogAsync(string topic)
    {
        var events = new List<VideoEvent>();
        await foreach (var happened in _data.Events.ReadAllAsync(default))
            if (happened.Topic == topic)
                events.Add(happened);
        return events;
    }

    private async Task<List<(SegmentId Id, double Start, double End)>> PlacesAsync()
    {
        var places = new List<(SegmentId, double, double)>();
        await foreach (var batch in _data.Index.ReadAllAsync(
            default, new(3, new(_model.Model.Id, _model.Model.Width, _model.Model.SegmentFrames, null)), default))
            foreach (var place in batch.Places)
                places.Add((place.Id, place.Start, place.End));
        return places;
    }

    private sealed class Reports : IProgress<EncodeProgress>
    {
        public List<EncodeProgress> All { get; } = [];

        public void Report(EncodeProgress value) => All.Add(value);
    }

    [Fact]
    public async Task A_decoded_video_is_in_the_index_and_the_log_says_so()
    {
        var decoded = await DecodedAsync(seed: 1, frames: 10);
        var progress = new Reports();

        var outcome = await (await WorkerAsync(new() { FrameBatch = 4 })).IndexAsync(decoded, progress, default);

        var indexed = Assert.IsType<VideoIndexed>(outcome);
        Assert.Equal((decoded.VideoId, decoded.UploadId, _model.Model.Id, 10),
            (indexed.VideoId, indexed.UploadId, indexed.ModelId, indexed.Frames));
        Assert.Equal(indexed.Segments, await _data.Index.CountAsync(decoded.VideoId, default));
        Assert.Equal(indexed.EventId, Assert.Single(await LogAsync(Topics.Indexed)).EventId);
        Assert.Equal([4, 8, 10], progress.All.Select(report => report.Done));
        Assert.Equal(10, (await PlacesAsync())[^1].End);
    }

    [Fact]
    public async Task The_size_of_batches_does_not_change_the_segments()
    {
        var decoded = await DecodedAsync(seed: 2, frames: 33);
        await (await WorkerAsync(new() { FrameBatch = 1, SegmentBatch = 1 })).IndexAsync(decoded, null, default);
        var one = await PlacesAsync();

        await (await WorkerAsync(new() { FrameBatch = 7, SegmentBatch = 3 })).IndexAsync(decoded, null, default);

        Assert.Equal(one, await PlacesAsync());
    }

    [Fact]
    public async Task Videos_in_flight_together_become_what_each_becomes_alone()
    {
        var decoded = new List<VideoDecoded>();
        for (var seed = 20; seed < 26; seed++)
            decoded.Add(await DecodedAsync(seed, frames: seed - 17));
        var alone = await WorkerAsync();
        foreach (var one in decoded)
            await alone.IndexAsync(one, null, default);
        var before = await SegmentsAsync();

        var together = await WorkerAsync(new() { FrameBatch = 8, Videos = decoded.Count });
        await Task.WhenAll(decoded.Select(one => Task.Run(() => together.IndexAsync(one, null, default).AsTask())));

        Assert.Equal(decoded.Sum(one => one.Frames), before.Values.Sum(segment => segment.Frames));
        var after = await SegmentsAsync();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, segment => Assert.Equal(segment.Value.Features, after[segment.Key].Features,
            (one, other) => Math.Abs(one - other) < 5e-3f));
    }

    private async Task<Dictionary<Guid, (int Frames, float[] Features)>> SegmentsAsync()
    {
        var segments = new Dictionary<Guid, (int, float[])>();
        var model = _model.Model;
        await foreach (var batch in _data.Index.ReadAllAsync(default,
            new(3, new(model.Id, model.Width, model.SegmentFrames, null)),
            default))
            for (var at = 0; at < batch.Count; at++)
            {
                var values = model.SegmentFrames * model.Width;
                segments.Add(batch.Places[at].Id.Value, (batch.Places[at].FrameTimes.Length,
                    [.. batch.Vectors.AsSpan(at * model.Width, model.Width),
                        .. batch.Features.Skip(at * values).Take(values).Select(half => (float)half)]));
            }
        return segments;
    }

    [Fact]
    public async Task A_video_handled_again_has_the_same_segments_once()
    {
        var decoded = await DecodedAsync(seed: 3, frames: 9);
        var worker = await WorkerAsync();
        await worker.IndexAsync(decoded, null, default);
        var first = await PlacesAsync();

        await worker.IndexAsync(decoded, null, default);

        Assert.Equal(first, await PlacesAsync());
    }

    [Fact]
    public async Task A_video_that_the_catalog_knows_as_indexed_is_not_encoded_again_unless_its_segments_are_gone()
    {
        var decoded = await DecodedAsync(seed: 4, frames: 9);
        var worker = await WorkerAsync();
        await _data.Catalog.ApplyAsync((await worker.IndexAsync(decoded, null, default))!, default);

        Assert.Null(await worker.IndexAsync(decoded, null, default));
        await _data.Index.DeleteAsync(decoded.VideoId, default);

        Assert.IsType<VideoIndexed>(await worker.IndexAsync(decoded, null, default));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("damaged")]
    [InlineData("cut short")]
    [InlineData("empty")]
    public async Task Frames_that_cannot_be_used_are_one_failure_with_its_reason(string how)
    {
        var decoded = await DecodedAsync(seed: 5, frames: how == "empty" ? 0 : 9);
        await SpoilAsync(decoded.FramePack, how);

        var outcome = await (await WorkerAsync()).IndexAsync(decoded, null, default);

        var failed = Assert.IsType<VideoFailed>(outcome);
        Assert.Equal((Stages.Index, decoded.UploadId), (failed.Stage, failed.UploadId));
        Assert.False(failed.Reason.Contains('\n', StringComparison.Ordinal));
        Assert.Single(await LogAsync(Topics.Failed));
        Assert.Equal(0, await _data.Index.CountAsync(default));
    }

    [Fact]
    public async Task Frames_of_another_size_are_a_wrong_setting_and_the_video_waits_until_it_is_corrected()
    {
        var decoded = await DecodedAsync(seed: 13, frames: 9, side: 16);
        var outages = Outages();
        using var stop = new CancellationTokenSource();

        var running = (await WorkerAsync()).RunAsync(Consumer(outages), stop.Token);
        while (!outages.Reasons.Any(reason => reason.StartsWith("Decode:FrameSide: ", StringComparison.Ordinal)))
            await Task.Yield();

        Assert.Contains("16×16", Assert.Single(outages.Reasons), StringComparison.Ordinal);
        Assert.Empty(await LogAsync(Topics.Failed));
        Assert.NotNull(await _data.Blobs.FindAsync(decoded.FramePack, default));
        await _data.Blobs.WriteAsync(decoded.FramePack, (stream, cancel) => WritePackAsync(stream, 13, 9, 32, cancel), default);
        await IndexedAsync("corrected", 1);
        await stop.CancelAsync();
        await running;
        Assert.Empty(await _data.Events.DeadLettersAsync(default).ToListAsync());
    }

    [Fact]
    public async Task A_video_costs_the_catalog_one_read_before_it_is_encoded_and_one_after()
    {
        var decoded = await DecodedAsync(seed: 14, frames: 9);
        var catalog = new CountingCatalog(_data.Catalog);
        using var stop = new CancellationTokenSource();

        var running = (await WorkerAsync(catalog: catalog)).RunAsync(Consumer(Outages()), stop.Token);
        await IndexedAsync("counted", 1);
        while (await _data.Blobs.FindAsync(decoded.FramePack, default) is not null)
            await Task.Yield();
        await stop.CancelAsync();
        await running;

        Assert.Equal(2, catalog.Reads);
    }

    [Fact]
    public async Task Frames_that_a_later_upload_of_the_video_waits_for_are_left_to_it()
    {
        var first = await DecodedAsync(seed: 15, frames: 5);
        var later = new VideoUploaded
        {
            VideoId = first.VideoId,
            Time = TimeProvider.System.GetUtcNow().AddDays(1),
            FileName = "clip.mp4",
            Sha256 = new('0', 64),
            Bytes = 1,
            Source = "originals/later",
        };
        await _data.Events.AppendAsync(later, default);
        await _data.Catalog.ApplyAsync(later, default);
        using var stop = new CancellationTokenSource();

        var running = (await WorkerAsync()).RunAsync(Consumer(Outages()), stop.Token);
        await IndexedAsync("first", 1);
        await stop.CancelAsync();
        await running;

        Assert.NotNull(await _data.Blobs.FindAsync(first.FramePack, default));
    }

    private async Task SpoilAsync(string name, string how)
    {
        var file = Path.Combine(_path, "blobs", name);
        var bytes = await File.ReadAllBytesAsync(file);
        if (how == "missing")
            await _data.Blobs.DeleteAsync(name, default);
        else if (how == "damaged")
            bytes[bytes.Length / 2] ^= 1;
        if (how is "damaged" or "cut short")
            await _data.Blobs.WriteAsync(name,
                (stream, cancel) => stream.WriteAsync(bytes.AsMemory(0, how == "damaged" ? bytes.Length : bytes.Length - 1),
                    cancel), default);
    }

    [Fact]
    public async Task A_removed_video_stays_removed()
    {
        var decoded = await DecodedAsync(seed: 6, frames: 9);
        await HappenedAsync(new VideoDeleted
        {
            VideoId = decoded.VideoId,
            UploadId = decoded.UploadId,
            Time = DateTimeOffset.UnixEpoch
        });

        Assert.Null(await (await WorkerAsync()).IndexAsync(decoded, null, default));
        Assert.Equal(0, await _data.Index.CountAsync(default));
    }

    private sealed class Removal(Action remove) : IProgress<EncodeProgress>
    {
        public void Report(EncodeProgress value) => remove();
    }

    [Fact]
    public async Task A_video_removed_while_it_is_encoded_leaves_nothing()
    {
        var decoded = await DecodedAsync(seed: 7, frames: 9);
        var removal = new Removal(() =>
            HappenedAsync(new VideoDeleted
            {
                VideoId = decoded.VideoId,
                UploadId = decoded.UploadId,
                Time = DateTimeOffset.UnixEpoch
            })
            .GetAwaiter().GetResult());

        Assert.Null(await (await WorkerAsync()).IndexAsync(decoded, removal, default));
        Assert.Equal(0, await _data.Index.CountAsync(default));
        Assert.Empty(await LogAsync(Topics.Indexed));
    }

    [Fact]
    public async Task A_cancelled_video_leaves_no_half_of_it()
    {
        var decoded = await DecodedAsync(seed: 8, frames: 40);
        using var cancel = new CancellationTokenSource();
        var worker = await WorkerAsync(new() { FrameBatch = 4, SegmentBatch = 1 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await worker.IndexAsync(decoded, new Removal(cancel.Cancel), cancel.Token));

        Assert.Equal(0, await _data.Index.CountAsync(default));
        Assert.Empty(await LogAsync(Topics.Failed));
    }

    [Fact]
    public async Task The_worker_takes_videos_from_the_log_and_goes_on_where_it_stopped()
    {
        await DecodedAsync(seed: 9, frames: 5);
        await DecodedAsync(seed: 10, frames: 5);
        await RunUntilIndexedAsync(2);
        await DecodedAsync(seed: 11, frames: 5);

        await RunUntilIndexedAsync(3);

        Assert.Equal(3, (await LogAsync(Topics.Indexed)).Select(indexed => indexed.VideoId).Distinct().Count());
        Assert.Equal(3, (await LogAsync(Topics.Indexed)).Count);
    }

    private async Task RunUntilIndexedAsync(int videos)
    {
        using var stop = new CancellationTokenSource();
        var running = (await WorkerAsync()).RunAsync(Consumer(Outages()), stop.Token);
        await IndexedAsync($"test {videos}", videos);
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Waits until so many videos are indexed.</summary>
    private async Task IndexedAsync(string group, int videos)
    {
        await foreach (var delivery in _data.Events.SubscribeAsync(new(group, [Topics.Indexed]), default))
        {
            await _data.Events.CommitAsync(delivery, default);
            if (--videos == 0)
                break;
        }
    }

    private static StoreOutages Outages() =>
        new(TimeProvider.System, new() { RetryDelay = TimeSpan.FromMilliseconds(1) }, NullLogger<StoreOutages>.Instance);

    private EventConsumer Consumer(StoreOutages outages) =>
        new(_data.Events, TimeProvider.System, new(), outages, NullLogger<EventConsumer>.Instance);

    [Fact]
    public async Task An_index_of_another_model_is_refused()
    {
        await (await WorkerAsync()).IndexAsync(await DecodedAsync(seed: 12, frames: 5), null, default);
        using var other = new TinyModel(seed: 2);
        await using var encoder = new VideoEncoder(other.Model, _data.Blobs, TimeProvider.System, new());
        var worker = new EncodeWorker(encoder, _data.Events, _data.Blobs, _data.Index, _data.Catalog, TimeProvider.System);

        var error = await Assert.ThrowsAsync<UserException>(async () => await worker.BindAsync(default));

        Assert.Contains(_model.Model.Id, error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Model.Id, error.Message, StringComparison.Ordinal);
    }
}
