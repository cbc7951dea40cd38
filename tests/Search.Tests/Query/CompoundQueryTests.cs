using TcMgc.Client;
using TcMgc.Search.Query;
using TcMgc.Shared;

namespace TcMgc.Search.Tests.Query;

/// <summary>Several texts, "but not", one video alone, moments instead of videos.</summary>
public sealed class CompoundQueryTests(SearchEngineTests.Models models) : IClassFixture<SearchEngineTests.Models>
{
    private const string Wanted = "a man rides a bike", Second = "a red circle", Unwanted = "it rains";

    private async Task<SampleLibrary> FilledAsync(string head = "tcmgc", int videos = 6, int segments = 3,
        SearchOptions? options = null)
    {
        var library = new SampleLibrary(models[head], options);
        for (var video = 0; video < videos; video++)
            await library.AddRandomAsync($"video {video}", segments);
        return library;
    }

    private static async Task<Dictionary<Guid, FoundSegment>> AllAsync(SampleLibrary library, params WeightedText[] texts) =>
        (await library.Engine.SearchAsync(texts, new() { Top = 1000, Rank = SearchRank.Moment }, default)).Results
            .Select(result => result.Segments.Single()).ToDictionary(segment => segment.Segment);

    [Theory]
    [MemberData(nameof(SearchEngineTests.Heads), MemberType = typeof(SearchEngineTests))]
    public async Task Texts_scored_together_have_the_weighted_sum_of_their_scores_alone(string head)
    {
        var library = await FilledAsync(head);
        var (one, two, less) = (await AllAsync(library, new WeightedText(Wanted)),
            await AllAsync(library, new WeightedText(Second)), await AllAsync(library, new WeightedText(Unwanted)));

        var together = await AllAsync(library, new(Wanted, 3), new(Second, 1), new(Unwanted, -2));

        Assert.Equal(18, together.Count);
        Assert.All(together.Values, segment =>
            Assert.Equal(
                (0.75 * one[segment.Segment].Score)
                + (0.25 * two[segment.Segment].Score) - (0.5 * less[segment.Segment].Score), segment.Score, 1e-2));
    }

    [Fact]
    public async Task What_is_most_alike_to_the_unwanted_text_comes_last_where_the_wanted_ones_cannot_tell()
    {
        var library = await FilledAsync();
        var less = await AllAsync(library, new WeightedText(Unwanted));

        var answer = await library.Engine.SearchAsync([new(Wanted, 1e-3f), new(Unwanted, -100)],
            new() { Rank = SearchRank.Moment, Top = 18 }, default);

        Assert.Equal(less.Values.MaxBy(segment => segment.Score)!.Segment, answer.Results[^1].Segments[0].Segment);
    }

    [Fact]
    public async Task The_same_text_twice_is_the_text()
    {
        var library = await FilledAsync();
        var alone = await library.Engine.SearchAsync(Wanted, new(), default);

        var twice = await library.Engine.SearchAsync([new(Wanted, 2), new(Wanted, 0.5f)], new(), default);

        Assert.Equal(alone.Results.Select(result => (result.Video, result.Moment)),
            twice.Results.Select(result => (result.Video, result.Moment)));
        Assert.Equal(alone.Results.Select(result => result.Score), twice.Results.Select(result => result.Score), (left, right) =>
            Math.Abs(left - right) < 1e-3);
    }

    [Fact]
    public async Task Candidates_come_from_every_wanted_text()
    {
        var library = await FilledAsync(videos: 12, segments: 1, options: new() { Candidates = 1 });
        SearchRequest first = new() { Top = 1 };
        var (one, two) = (await library.Engine.SearchAsync(Wanted, first, default),
            await library.Engine.SearchAsync(Second, first, default));

        var both = await library.Engine.SearchAsync([new(Wanted), new(Second)], first with { Top = 12, Rank = SearchRank.Moment },
            default);

        Assert.Superset(new HashSet<Guid> { one.Results[0].Video, two.Results[0].Video },
            both.Results.Select(result => result.Video).ToHashSet());
    }

    [Fact]
    public async Task An_explanation_adds_up_over_the_texts()
    {
        var library = await FilledAsync();

        var answer = await library.Engine.SearchAsync([new(Wanted, 2), new(Unwanted, -1)], new() { Explain = true }, default);

        Assert.All(answer.Results.SelectMany(result => result.Segments), segment =>
        {
            var texts = segment.Explanation!.Texts;
            Assert.Equal([(Wanted, 1f), (Unwanted, -0.5f)], texts.Select(text => (text.Text, text.Share)));
            Assert.Equal(segment.Score, texts.Sum(text => text.Share * text.Score), 1e-3);
            Assert.All(texts, text =>
                Assert.Equal(text.Score, text.Contrasts.Sum(contrast => contrast.Weight * contrast.Score), 1e-3));
            Assert.Equal(segment.Moment, texts[0].Frames.MaxBy(frame => frame.Attention)!.Time);
        });
    }

    [Fact]
    public async Task In_one_video_every_segment_is_scored_whatever_the_candidates()
    {
        var library = await FilledAsync(videos: 5, segments: 9, options: new() { Candidates = 1, ExhaustiveBatch = 4 });
        SearchRequest inOne = new()
        {
            Filter = new() { Video = SampleLibrary.Id("video 3").Value },
            Rank = SearchRank.Moment,
            Top = 20
        };

        var byText = await library.Engine.SearchAsync(Wanted, inOne, default);
        var byImage = await library.Engine.SearchImageAsync(library.Picture(), inOne, default);

        foreach (var answer in new[] { byText, byImage })
        {
            Assert.Equal((9, 9), (answer.Scored, answer.Results.Count));
            Assert.All(answer.Results, result => Assert.Equal("video 3", result.Name));
            Assert.Equal(answer.Results.OrderByDescending(result => result.Score), answer.Results);
        }
        Assert.Empty(
            (await library.Engine.SearchAsync(Wanted, inOne with { Filter = new() { Video = SampleLibrary.Id("another").Value } },
            default)).Results);
    }

    [Fact]
    public async Task Pages_of_moments_follow_each_other()
    {
        var library = await FilledAsync();
        SearchRequest all = new() { Rank = SearchRank.Moment, Top = 18 };
        var whole = (await library.Engine.SearchAsync(Wanted, all, default)).Results.Select(result =>
            result.Segments.Single().Segment);

        var pages = new List<Guid>();
        for (var page = 0; page < 3; page++)
            pages.AddRange(
                (await library.Engine.SearchAsync(Wanted, all with { Top = 6, Offset = 6 * page }, default))
                .Results.Select(result => result.Segments.Single().Segment));

        Assert.Equal(whole, pages);
    }

    public static TheoryData<WeightedText?[], string> Refused => new()
    {
        { [], "there are 0 texts" },
        { [.. Enumerable.Repeat(new WeightedText("a"), 9)], "there are 9 texts" },
        { [new("a"), new(" ", -1)], "empty" },
        { [new("a"), null], "empty" },
        { [new("a", 0)], "the weight 0" },
        { [new("a", float.NaN)], "the weight NaN" },
        { [new("a", float.PositiveInfinity)], "the weight Infinity" },
        { [new("a", -1)], "every weight is negative" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Texts_that_are_no_query_are_refused(WeightedText?[] texts, string reason)
    {
        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await new SampleLibrary(models["tcmgc"]).Engine.SearchAsync(texts!, new(), default));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
