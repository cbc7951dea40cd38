using Grpc.Core;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Qdrant;
using TcMgc.Stores.Tests.Qdrant.StandIn;
using static TcMgc.Stores.Tests.SampleSegments;

namespace TcMgc.Stores.Tests.Qdrant;

public sealed class QdrantReindexTests : IClassFixture<QdrantServer>, IDisposable
{
    private static readonly IndexModel s_next = Model with { Id = "next-0123456789ab" };
    private static readonly VideoId[] s_videos = [.. Enumerable.Range(0, 5).Select(Video)];

    private readonly QdrantOptions _options;
    private readonly QdrantVectorIndex _index;
    private readonly QdrantReindex _reindex;
    private readonly List<VideoId> _encoded = [];

    public QdrantReindexTests(QdrantServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _options = new() { Url = server.Url, Alias = server.NewAlias(), BatchSize = 2 };
        (_index, _reindex) = (new(_options, TimeProvider.System), new(_options, TimeProvider.System));
    }

    private static CancellationToken Never => CancellationToken.None;

    public void Dispose()
    {
        _index.Dispose();
        _reindex.Dispose();
    }

    [Fact]
    public async Task An_interrupted_build_goes_on_where_it_was()
    {
        await IndexAsync();
        await Assert.ThrowsAsync<IOException>(async () =>
            await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(3), null, Never));
        var before = _encoded.Count;
        var told = new List<ReindexProgress>();

        var state = await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(int.MaxValue), new Listed(told), Never);

        Assert.Equal(s_videos.Length, _encoded.Count);
        Assert.Equal(_encoded.Count, _encoded.Distinct().Count());
        Assert.Equal((5, before, 5 - before, 0), (state.Total, state.Before, state.Written, state.Skipped));
        Assert.Equal(Enumerable.Range(before, 6 - before), told.Select(progress => progress.Done));
        Assert.Equal(0, (await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(0), null, Never)).Written);
    }

    [Fact]
    public async Task A_video_half_written_when_the_build_stopped_is_written_again()
    {
        await using var server = await QdrantStandIn.StartAsync();
        using var reindex = new QdrantReindex(_options with { Url = server.Url, Retries = 0 }, TimeProvider.System);
        List<Segment> segments = Of(0, 5, 9).ConvertAll(Next);
        var writes = 0;
        server.Before = async context =>
        {
            if (context.Request.Path != "/qdrant.Points/Upsert" || ++writes != 2)
                return false;
            await QdrantStandIn.FailAsync(context, StatusCode.Unavailable, "restarting");
            return true;
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await reindex.BuildAsync(s_next, [Video(0)], Writing(segments), null, Never));

        var state = await reindex.BuildAsync(s_next, [Video(0)], Writing(segments), null, Never);

        Assert.Equal((0, 1, 5), (state.Before, state.Written, state.Segments));
    }

    [Fact]
    public async Task Searches_see_the_former_model_until_the_switch_and_again_after_rolling_back()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(int.MaxValue), null, Never);

        Assert.Equal(Model, await _index.GetModelAsync(Never));
        Assert.Equal(15, await _index.CountAsync(Never));
        await _reindex.SwitchAsync(s_next, s_videos, Never);
        Assert.Equal(s_next, await _index.GetModelAsync(Never));
        Assert.Equal(10, await _index.CountAsync(Never));
        Assert.Equal(Model, await _reindex.RollBackAsync(Never));
        Assert.Equal(Model, await _index.GetModelAsync(Never));
        Assert.Equal(s_next, await _reindex.RollBackAsync(Never));
    }

    [Fact]
    public async Task A_switch_that_would_lose_videos_is_refused()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos[..3], EncodeUntil(int.MaxValue), null, Never);

        var error = await Assert.ThrowsAsync<UserException>(async () => await _reindex.SwitchAsync(s_next, s_videos, Never));

        Assert.Contains("lacks 2 of 5 videos", error.Message, StringComparison.Ordinal);
        Assert.Equal(Model, await _index.GetModelAsync(Never));
    }

    [Fact]
    public async Task Videos_that_are_gone_and_videos_that_cannot_be_encoded_are_accounted_for()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(int.MaxValue), null, Never);

        var state = await _reindex.BuildAsync(s_next, [.. s_videos[..2], Video(99)], Writing([]), null, Never);
        await _reindex.SwitchAsync(s_next, s_videos[..2], Never);

        Assert.Equal((3, 2, 0, 1), (state.Total, state.Before, state.Written, state.Skipped));
        Assert.Equal(0, await _index.CountAsync(Video(4), Never));
    }

    [Fact]
    public async Task A_worker_that_still_has_the_former_model_writes_into_its_own_collection()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(int.MaxValue), null, Never);
        await _reindex.SwitchAsync(s_next, s_videos, Never);

        await _index.UpsertAsync(Of(7, 3, 7), Never);

        Assert.Equal(0, await _index.CountAsync(Video(7), Never));
        await _reindex.RollBackAsync(Never);
        Assert.Equal(3, await _index.CountAsync(Video(7), Never));
    }

    [Fact]
    public async Task What_the_collection_holds_is_told_from_the_collection()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(int.MaxValue), null, Never);

        Assert.Equal(s_videos.ToDictionary(video => video, _ => 2), await _reindex.VideosAsync(s_next, Never));
        Assert.Equal(Model, await _reindex.InUseAsync(Never));
    }

    [Fact]
    public async Task What_is_written_while_building_is_read_from_the_new_collection()
    {
        await IndexAsync();
        var read = new List<SegmentId>();

        await _reindex.BuildAsync(s_next, [Video(0)], async (video, index, cancel) =>
        {
            await index.BindAsync(s_next, cancel);
            await index.UpsertAsync(Of(0, 2, 1).ConvertAll(Next), cancel);
            await foreach (var batch in index.ReadAllAsync(CollectionId.Default, new(4, s_next), cancel))
                foreach (var place in batch.Places)
                    read.Add(place.Id);
            await Assert.ThrowsAsync<InvalidOperationException>(() => index.BindAsync(Model, cancel).AsTask());
            return await index.CountAsync(video, cancel);
        }, null, Never);

        Assert.Equal(new[] { 0, 1 }.Select(at => SegmentId.Of(Video(0), s_next.Id, at)).ToHashSet(), read.ToHashSet());
        Assert.Equal(Model, await _index.GetModelAsync(Never));
    }

    [Fact]
    public async Task Probes_tell_what_both_collections_find()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos[..4], EncodeUntil(int.MaxValue), null, Never);
        var (former, next) = (Of(2, 3, 2)[1].TextVector, Of(2, 2, 102)[1].TextVector);

        var all = await _reindex.CompareAsync(s_next, [new("second", former, next)], videos: 5, Never);
        var first = await _reindex.CompareAsync(s_next, [new("second", former, next)], videos: 1, Never);

        Assert.Equal(("second", 5, 4, 0.8), (all[0].Name, all[0].Former.Count, all[0].Next.Count, all[0].Overlap));
        Assert.Equal(Video(2), Assert.Single(first[0].Next));
        Assert.True(all[0].SameFirst);
    }

    [Fact]
    public async Task The_former_collection_stays_until_it_is_dropped()
    {
        await IndexAsync();
        await _reindex.BuildAsync(s_next, s_videos, EncodeUntil(int.MaxValue), null, Never);
        await _reindex.SwitchAsync(s_next, s_videos, Never);

        await _reindex.DropFormerAsync(Never);

        var error = await Assert.ThrowsAsync<UserException>(async () => await _reindex.RollBackAsync(Never));
        Assert.Contains("no former collection to roll back to", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, await _index.CountAsync(Never));
    }

    private static Segment Next(Segment segment) =>
        segment with { Place = segment.Place with { Id = SegmentId.Of(segment.Place.Video, s_next.Id, segment.Place.Index) } };

    private async Task IndexAsync()
    {
        await _index.BindAsync(Model, Never);
        for (var video = 0; video < s_videos.Length; video++)
            await _index.UpsertAsync(Of(video, 3, video), Never);
    }

    /// <summary>Two segments a video, until so many were encoded in all.</summary>
    private Func<VideoId, IVectorIndex, CancellationToken, ValueTask<int>> EncodeUntil(int most) => (video, index, cancel) =>
    {
        if (_encoded.Count == most)
            throw new IOException("the power is gone");
        _encoded.Add(video);
        var number = Array.IndexOf(s_videos, video);
        return Writing(Of(number, 2, 100 + number).ConvertAll(Next))(video, index, cancel);
    };

    private static Func<VideoId, IVectorIndex, CancellationToken, ValueTask<int>> Writing(List<Segment> segments) =>
        async (_, index, cancel) =>
    {
        await index.UpsertAsync(segments, cancel);
        return segments.Count;
    };

    private sealed class Listed(List<ReindexProgress> told) : IProgress<ReindexProgress>
    {
        public void Report(ReindexProgress value) => told.Add(value);
    }
}
