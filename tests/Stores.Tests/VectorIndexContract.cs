using System.Numerics.Tensors;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using static TcMgc.Stores.Tests.SampleSegments;

namespace TcMgc.Stores.Tests;

/// <summary>What every vector index does; each adapter's tests derive from it.</summary>
public abstract class VectorIndexContract
{
    protected static CancellationToken Never => CancellationToken.None;

    /// <summary>A new, empty index, disposed with the test.</summary>
    protected abstract IVectorIndex Create();

    /// <summary>The same index as another process would open it.</summary>
    protected abstract IVectorIndex Reopen(IVectorIndex index);

    [Fact]
    public async Task An_index_that_was_never_bound_is_empty()
    {
        var index = Create();

        Assert.Null(await index.GetModelAsync(Never));
        Assert.Equal(0, await index.CountAsync(Never));
        Assert.Empty(await index.NearestAsync(CollectionId.Default, VectorSpace.Text, new float[8], 5, Never));
        Assert.Empty(await index.NearestFramesAsync(CollectionId.Default, new float[8], 5, Never));
        await Assert.ThrowsAsync<InvalidOperationException>(() => index.UpsertAsync(Of(1, 1, 1), Never).AsTask());
    }

    [Fact]
    public async Task The_segments_of_each_video_are_counted()
    {
        var index = Create();
        Assert.Empty(await index.CountByVideoAsync(Never));
        await index.BindAsync(Model, Never);
        await index.UpsertAsync([.. Of(1, 3, 1), .. Of(2, 1, 2)], Never);
        await index.UpsertAsync(Of(3, 2, 3), Never);
        await index.DeleteAsync(Video(3), Never);

        Assert.Equivalent(
            new Dictionary<VideoId, int> { [Video(1)] = 3, [Video(2)] = 1 }, await index.CountByVideoAsync(Never), strict: true);
    }

    [Fact]
    public async Task A_small_collection_beside_a_large_one_is_searched_alone()
    {
        var (index, small, unknown) = (await Bound(), CollectionId.Parse("small"), CollectionId.Parse("unknown"));
        var (others, own) = (Of(1, 200, 1), In(small, Of(2, 5, 2)));
        await index.UpsertAsync([.. others, .. own], Never);
        await index.UpsertAsync(In(CollectionId.Parse("third"), Of(3, 2, 3)), Never);
        var query = others[7].TextVector;

        foreach (var from in new[] { index, Reopen(index) })
        {
            Assert.Equal(Ids(own), (await from.NearestAsync(small, VectorSpace.Text, query, 10, Never))
                .Select(match => match.Segment.Value).Order());
            Assert.Equal(Ids(own), (await from.NearestFramesAsync(small, query, 10, Never))
                .Select(match => match.Segment.Value).Order());
            Assert.Equal(others[7].Place.Id,
                (await from.NearestAsync(CollectionId.Default, VectorSpace.Text, query, 1, Never))[0].Segment);
            Assert.Empty(await from.NearestAsync(unknown, VectorSpace.Text, query, 10, Never));
            var read = new List<SegmentPlace>();
            await foreach (var batch in from.ReadAllAsync(small, new(2, Model), Never))
                read.AddRange(batch.Places);
            Assert.Equal(Ids(own), read.Select(place => place.Id.Value).Order());
            Assert.All(read, place => Assert.Equal(small, place.Collection));
        }

        static IEnumerable<Guid> Ids(List<Segment> segments) => segments.Select(segment => segment.Place.Id.Value).Order();
    }

    [Fact]
    public async Task The_model_is_kept()
    {
        var index = await Bound();

        Assert.Equal(Model, await Reopen(index).GetModelAsync(Never));
    }

    [Fact]
    public async Task Another_model_is_refused_while_there_are_segments()
    {
        var (index, other) = (await Bound(), Model with { Id = "other-0123456789ab" });
        await index.UpsertAsync(Of(1, 1, 1), Never);

        var error = await Assert.ThrowsAsync<UserException>(() => index.BindAsync(other, Never).AsTask());
        await index.DeleteAsync(Video(1), Never);
        await index.BindAsync(other, Never);

        Assert.Contains(Model.Id, error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Id, error.Message, StringComparison.Ordinal);
        Assert.Equal(other, await index.GetModelAsync(Never));
    }

    [Fact]
    public async Task Frames_come_back_as_they_were_in_the_order_asked_for()
    {
        var index = await Bound();
        var segments = Of(1, 5, 1);
        await index.UpsertAsync(segments, Never);

        var found = await index.FetchFramesAsync([segments[4].Place.Id, SegmentId.Of(Video(9), "none", 0), segments[1].Place.Id],
            Never);

        Assert.Equal([segments[4].Place.Id, segments[1].Place.Id], found.Select(segment => segment.Place.Id));
        Assert.Equal(segments[4].Frames, found[0].Frames);
        Assert.Equal(segments[4].Layouts, found[0].Layouts);
        Assert.Equal(segments[1].Place.FrameTimes, found[1].Place.FrameTimes);
        Assert.Empty(await Create().FetchFramesAsync([segments[0].Place.Id], Never));
    }

    [Fact]
    public async Task Places_come_in_the_order_asked_for_without_the_missing()
    {
        var index = await Bound();
        var segments = Of(1, 5, 1);
        await index.UpsertAsync(segments, Never);
        List<SegmentId> asked = [segments[4].Place.Id, SegmentId.Of(Video(9), "none", 0), segments[1].Place.Id];

        var found = await index.FetchPlacesAsync(asked, Never);

        Assert.Equal((await index.FetchFramesAsync(asked, Never)).Select(segment => segment.Place), found, SamePlace);
        Assert.Equal([segments[4].Place, segments[1].Place], found, SamePlace);
        Assert.Empty(await Create().FetchPlacesAsync(asked, Never));
    }

    [Fact]
    public async Task The_same_model_may_have_moved()
    {
        var (index, moved) = (await Bound(), Model with { Folder = "/elsewhere" });
        await index.UpsertAsync(Of(1, 2, 1), Never);
        await index.BindAsync(moved, Never);

        Assert.Equal(moved, await index.GetModelAsync(Never));
        Assert.Equal(2, await index.CountAsync(Never));
    }

    [Fact]
    public async Task Each_space_has_its_own_nearest()
    {
        var index = await Bound();
        var segments = Of(1, 20, 1);
        await index.UpsertAsync(segments, Never);

        Assert.Equal(segments[3].Place.Id,
            (await index.NearestAsync(CollectionId.Default, VectorSpace.Text, segments[3].TextVector, 1, Never))[0].Segment);
        Assert.Equal(segments[3].Place.Id,
            (await index.NearestAsync(CollectionId.Default, VectorSpace.Image, segments[3].ImageVector, 1, Never))[0].Segment);
    }

    [Fact]
    public async Task A_frame_finds_its_segment_and_its_time()
    {
        var index = await Bound();
        var segments = Of(1, 20, 1);
        await index.UpsertAsync(segments, Never);
        var wanted = segments.First(segment => segment.Place.FrameTimes.Length == 4);
        var query = new float[8];
        TensorPrimitives.ConvertToSingle(wanted.Frames.AsSpan(2 * 8, 8), query);

        var match = (await index.NearestFramesAsync(CollectionId.Default, query, 3, Never))[0];

        Assert.Equal((wanted.Place.Id, wanted.Place.Video, 2, wanted.Place.FrameTimes[2]),
            (match.Segment, match.Video, match.Frame, match.Time));
        Assert.Equal(1, match.Similarity, 1e-2);
    }

    [Fact]
    public async Task Segments_are_fetched_in_the_order_asked_without_the_missing()
    {
        var index = await Bound();
        var segments = Of(1, 5, 1);
        await index.UpsertAsync(segments, Never);
        var batch = new SegmentBatch(4, Model);

        await index.FetchAsync([segments[4].Place.Id, SegmentId.Of(Video(9), "none", 0), segments[1].Place.Id], batch, Never);

        Assert.Equal(2, batch.Count);
        Holds(batch, 0, segments[4]);
        Holds(batch, 1, segments[1]);
    }

    [Fact]
    public async Task Where_the_head_scores_plain_frames_they_are_fetched_with_zero_padding()
    {
        var index = await Bound();
        var segments = Of(1, 8, 1, withFeatures: false);
        await index.UpsertAsync(segments, Never);
        var batch = new SegmentBatch(8, Model);
        batch.Features.AsSpan().Fill(Half.NaN);
        batch.Mask.AsSpan().Fill(float.NaN);

        await index.FetchAsync([.. segments.Select(segment => segment.Place.Id)], batch, Never);

        for (var i = 0; i < segments.Count; i++)
            Holds(batch, i, segments[i]);
    }

    [Fact]
    public async Task A_batch_of_other_sizes_is_refused()
    {
        var index = await Bound();
        await index.UpsertAsync(Of(1, 3, 1), Never);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            index.FetchAsync([], new SegmentBatch(2, Model with { Frames = 5 }), Never).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            index.FetchAsync(new SegmentId[3], new SegmentBatch(2, Model), Never).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await index.NearestAsync(CollectionId.Default, VectorSpace.Text, new float[9], 1, Never));
    }

    [Fact]
    public async Task Vectors_of_other_sizes_or_without_finite_values_are_refused_and_nothing_is_written()
    {
        var index = await Bound();
        var good = Of(1, 1, 1)[0];
        Segment[] bad =
        [
            good with { TextVector = new float[7] },
            good with { ImageVector = [float.NaN, .. new float[7]] },
            good with { Frames = new Half[3] },
            good with { Features = new Half[8] },
            good with { Place = good.Place with { FrameTimes = new float[5] } },
        ];

        foreach (var segment in bad)
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                index.UpsertAsync([.. Of(2, 1, 2), segment], Never).AsTask());
        Assert.Equal(0, await index.CountAsync(Never));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task Every_segment_is_read_once_whatever_the_batch(int capacity)
    {
        var index = await Bound();
        List<Segment> segments = [.. Of(1, 7, 1), .. Of(2, 8, 2, withFeatures: false)];
        await index.UpsertAsync(segments, Never);
        var read = new List<SegmentId>();

        await foreach (var batch in index.ReadAllAsync(CollectionId.Default, new(capacity, Model), Never))
            for (var i = 0; i < batch.Count; i++)
            {
                read.Add(batch.Places[i].Id);
                Holds(batch, i, segments.Single(segment => segment.Place.Id == batch.Places[i].Id));
            }

        Assert.Equal(segments.Select(segment => segment.Place.Id).Order(SegmentOrder), read.Order(SegmentOrder));
    }

    [Fact]
    public async Task A_video_written_again_has_the_new_segments_only()
    {
        var index = await Bound();
        await index.UpsertAsync([.. Of(1, 5, 1), .. Of(2, 3, 2)], Never);
        await index.UpsertAsync(Of(1, 2, 3), Never);

        Assert.Equal((2, 3, 5),
            (await index.CountAsync(Video(1), Never), await index.CountAsync(Video(2), Never), await index.CountAsync(Never)));
    }

    [Fact]
    public async Task What_another_process_changes_is_found_and_no_longer_found()
    {
        var index = await Bound();
        var (first, second) = (Of(1, 5, 1), Of(2, 5, 2));
        await index.UpsertAsync(first, Never);
        await index.NearestAsync(CollectionId.Default, VectorSpace.Text, first[0].TextVector, 1, Never);
        var other = Reopen(index);
        await other.UpsertAsync(second, Never);
        await other.DeleteAsync(Video(1), Never);

        var found = await index.NearestAsync(CollectionId.Default, VectorSpace.Text, first[0].TextVector, 100, Never);

        Assert.Equal(second.Select(segment => segment.Place.Id).Order(SegmentOrder),
            found.Select(match => match.Segment).Order(SegmentOrder));
    }

    [Fact]
    public async Task Another_model_of_other_sizes_takes_the_place_of_the_former_in_memory_too()
    {
        var index = await Bound();
        await index.UpsertAsync(Of(1, 5, 1), Never);
        await index.NearestFramesAsync(CollectionId.Default, new float[8], 1, Never);
        await index.DeleteAsync(Video(1), Never);
        await index.BindAsync(new("wide", 16, 2, null), Never);

        Assert.Empty(await index.NearestFramesAsync(CollectionId.Default, new float[16], 1, Never));
        Assert.Empty(await index.NearestAsync(CollectionId.Default, VectorSpace.Image, new float[16], 1, Never));
    }

    /// <summary>Writes, deletions and searches in any order, against a list.</summary>
    [Property]
    public Property It_finds_what_a_naive_list_finds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), steps =>
        {
            var index = Bound().Result;
            var model = new Dictionary<VideoId, List<Segment>>();
            for (var i = 0; i < steps.Length; i++)
            {
                var (step, video) = (steps[i], steps[i] / 8 % 4);
                switch (step % 8)
                {
                    case 0 or 1 or 2:
                        model[Video(video)] = Of(video, 1 + step / 32, seed: i, withFeatures: step % 2 == 0);
                        index.UpsertAsync(model[Video(video)], Never).AsTask().Wait();
                        break;
                    case 3:
                        model.Remove(Video(video));
                        index.DeleteAsync(Video(video), Never).AsTask().Wait();
                        break;
                    case 4:
                        index = Reopen(index);
                        break;
                    default:
                        FindsTheSame(index, [.. model.Values.SelectMany(segments => segments)], new Random(i),
                            count: 1 + step / 16).Wait();
                        break;
                }
            }
            FindsTheSame(index, [.. model.Values.SelectMany(segments => segments)], new Random(-1), count: 5).Wait();
        });

    protected static async Task FindsTheSame(IVectorIndex index, List<Segment> model, Random random, int count)
    {
        var query = Unit(random);
        foreach (var space in Enum.GetValues<VectorSpace>())
        {
            var expected = model.Select(segment =>
                Dot(query, space == VectorSpace.Text ? segment.TextVector : segment.ImageVector));
            Near(expected.OrderDescending().Take(count),
                (await index.NearestAsync(CollectionId.Default, space, query, count, Never)).Select(match => match.Similarity));
        }
        var best = model.Select(segment =>
            Enumerable.Range(0, segment.Place.FrameTimes.Length).Max(frame => DotHalf(query, segment.Frames, frame)));
        Near(best.OrderDescending().Take(count),
            (await index.NearestFramesAsync(CollectionId.Default, query, count, Never)).Select(match => match.Similarity));
        Assert.Equal(model.Count, await index.CountAsync(Never));
    }

    protected async Task<IVectorIndex> Bound()
    {
        var index = Create();
        await index.BindAsync(Model, Never);
        return index;
    }

    private static IComparer<SegmentId> SegmentOrder { get; } = Comparer<SegmentId>.Create((a, b) => a.Value.CompareTo(b.Value));

    private static bool SamePlace(SegmentPlace one, SegmentPlace other) =>
        one with { FrameTimes = other.FrameTimes } == other && one.FrameTimes.SequenceEqual(other.FrameTimes);

    private static void Near(IEnumerable<float> expected, IEnumerable<float> found) =>
        Assert.Equal([.. expected], [.. found], (a, b) => Math.Abs(a - b) < 1e-5f);

    private static float Dot(float[] a, ReadOnlySpan<float> b)
    {
        var sum = 0d;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return (float)sum;
    }

    private static float DotHalf(float[] query, Half[] frames, int frame) =>
        Dot(query, Array.ConvertAll(frames[(frame * query.Length)..((frame + 1) * query.Length)], half => (float)half));

    private static void Holds(SegmentBatch batch, int at, Segment segment)
    {
        var (place, count) = (batch.Places[at], segment.Place.FrameTimes.Length);
        Assert.Equal(segment.Place with { FrameTimes = place.FrameTimes }, place);
        Assert.Equal(segment.Place.FrameTimes, place.FrameTimes);
        Assert.Equal(segment.TextVector, batch.Vectors.AsSpan(at * 8, 8));
        var rows = segment.Features ?? segment.Frames;
        Assert.Equal([.. rows, .. new Half[4 * 8 - rows.Length]], batch.Features.AsSpan(at * 4 * 8, 4 * 8).ToArray());
        Assert.Equal([.. Enumerable.Repeat(1f, count), .. new float[4 - count]], batch.Mask.AsSpan(at * 4, 4).ToArray());
    }
}
