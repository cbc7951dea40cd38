using TcMgc.Client;
using TcMgc.Search.Query;
using TcMgc.Shared;

namespace TcMgc.Search.Tests.Query;

/// <summary>What searches ask of the index, which may be a server: each call is a round trip.</summary>
public sealed class IndexCallsTests(SearchEngineTests.Models models) : IClassFixture<SearchEngineTests.Models>
{
    private const string Sentence = "a man rides a bike";

    [Theory]
    [InlineData("tcmgc")]
    [InlineData("clip4clip-mean-pooling")]
    public async Task An_explanation_takes_no_further_fetch(string head)
    {
        var library = new SampleLibrary(models[head], new() { FeatureCacheBytes = 0 });
        for (var video = 0; video < 3; video++)
            await library.AddRandomAsync($"video {video}");

        var answer = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);

        Assert.All(answer.Results.SelectMany(result => result.Segments), segment => Assert.NotNull(segment.Explanation));
        Assert.Equal(["GetModel", "Nearest", "Fetch"], library.Index.Asked);
        Assert.Equal(6, library.Index.Fetched);
    }

    [Fact]
    public async Task An_exhaustive_search_explains_each_result_of_whatever_batch_it_was()
    {
        var library = new SampleLibrary(models["tcmgc"], new() { ExhaustiveBatch = 4 });
        for (var video = 0; video < 5; video++)
            await library.AddRandomAsync($"video {video}");
        var whole = new SampleLibrary(models["tcmgc"], new() { ExhaustiveBatch = 100 });
        for (var video = 0; video < 5; video++)
            await whole.AddRandomAsync($"video {video}");
        var request = new SearchRequest { Exhaustive = true, Explain = true };

        var explained = (await library.Engine.SearchAsync(Sentence, request, default)).Results.SelectMany(Scores).ToList();
        var atOnce = (await whole.Engine.SearchAsync(Sentence, request, default)).Results.SelectMany(Scores).ToList();

        Assert.Equal(10, explained.Count);
        Assert.Equal(atOnce, explained, (left, right) => left.Id == right.Id && Math.Abs(left.Score - right.Score) < 1e-3);

        static IEnumerable<(Guid Id, float Score)> Scores(SearchResult result) =>
            result.Segments.Select(segment => (segment.Segment, segment.Explanation!.Texts[0].Score));
    }

    [Fact]
    public async Task The_model_of_the_index_is_asked_for_once()
    {
        var library = new SampleLibrary(models["tcmgc"]);
        await library.AddRandomAsync("video");
        var engine = library.Engine;

        for (var search = 0; search < 3; search++)
            await engine.SearchAsync(Sentence, new(), default);
        await engine.SearchImageAsync(library.Picture(), new(), default);

        Assert.Single(library.Index.Asked, asked => asked == "GetModel");
    }

    [Fact]
    public async Task An_index_that_another_model_took_over_is_refused_by_the_next_search()
    {
        var library = new SampleLibrary(models["tcmgc"]);
        await library.AddRandomAsync("video");
        var engine = library.Engine;
        await engine.SearchAsync(Sentence, new(), default);
        var segments = library.Index.Segments.Select((segment, at) =>
            segment with { Place = segment.Place with { Id = SegmentId.Of(segment.Place.Video, "other", at) } }).ToList();
        await library.Index.BindAsync(new("other", library.Model.Width, library.Model.SegmentFrames, null), default);
        await library.Index.UpsertAsync(segments, default);

        var byText = await Assert.ThrowsAsync<UserException>(async () => await engine.SearchAsync(Sentence, new(), default));
        var byStill = await Assert.ThrowsAsync<UserException>(async () =>
            await engine.SearchImageAsync(library.Picture(), new(), default));

        Assert.All([byText, byStill], error =>
            Assert.Contains("features of model other", error.Message, StringComparison.Ordinal));
    }
}
