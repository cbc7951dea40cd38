using FsCheck;
using FsCheck.Fluent;
using TcMgc.Client;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Tests.Query;

public sealed class RankingTests
{
    private static readonly VideoId[] s_videos = [.. Enumerable.Range(0, 6).Select(video => SampleLibrary.Id($"{video}"))];

    private static SegmentPlace Place(int video, int index) =>
        new(SegmentId.Of(s_videos[video], "model", index), s_videos[video], index, index, index + 1, [index]);

    [Fact]
    public void It_ranks_as_sorting_everything_does()
    {
        var segments = Gen.Choose(0, 5).Zip(Gen.Choose(-20, 20)).ArrayOf();
        Prop.ForAll(Arb.From(segments), Arb.From(Gen.Choose(1, 4)), (scored, each) =>
        {
            var ranking = new Ranking(new() { Top = 3, SegmentsEach = each });
            foreach (var (index, (video, score)) in scored.Index())
                ranking.Add(new(Place(video, index), score, index));

            var expected = scored.Index().GroupBy(entry => entry.Item.Item1)
                .Select(video =>
                    video.OrderByDescending(entry => entry.Item.Item2).ThenBy(entry => entry.Index).Take(each).ToList())
                .OrderByDescending(video => video[0].Item.Item2).ThenBy(video => s_videos[video[0].Item.Item1].Value).Take(3)
                .SelectMany(video => video.Select(entry => entry.Index));
            return ranking.Count == scored.Length
                && ranking.HasMore() == scored.Select(entry => entry.Item1).Distinct().Count() > 3
                && ranking.Top().SelectMany(video =>
                    video.ToArray().Select(segment => segment.Place.Index)).SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Ranking_moments_is_sorting_them()
    {
        var segments = Gen.Choose(0, 5).Zip(Gen.Choose(-20, 20)).ArrayOf();
        Prop.ForAll(Arb.From(segments), Arb.From(Gen.Choose(0, 4)), (scored, offset) =>
        {
            var ranking = new Ranking(new() { Rank = SearchRank.Moment, Offset = offset, Top = 3 });
            foreach (var (index, (video, score)) in scored.Index())
                ranking.Add(new(Place(video, index), score, index));

            var expected = scored.Index().OrderByDescending(entry => entry.Item.Item2).ThenBy(entry =>
                s_videos[entry.Item.Item1].Value).ThenBy(entry => entry.Index)
                .Skip(offset).Take(3).Select(entry => entry.Index);
            return ranking.HasMore() == scored.Length > offset + 3
                && ranking.Top().Select(moment => moment.ToArray().Single().Place.Index).SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_score_that_is_no_number_comes_last()
    {
        var ranking = new Ranking(new() { Top = 5, SegmentsEach = 2 });
        ranking.Add(new(Place(0, 0), float.NaN, 0));
        ranking.Add(new(Place(0, 1), -1e9f, 0));
        ranking.Add(new(Place(1, 0), float.NaN, 0));
        ranking.Add(new(Place(2, 0), 0, 0));

        Assert.Equal([s_videos[2], s_videos[0], s_videos[1]], ranking.Top().Select(video => video.Span[0].Place.Video));
        Assert.Equal([1, 0], ranking.Top()[1].ToArray().Select(segment => segment.Place.Index));
    }
}
