using TcMgc.Search.Query;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Search.Tests.Query;

/// <summary>What a video is called moves it among the results.</summary>
public sealed class NameFusionTests(SearchEngineTests.Models models) : IClassFixture<SearchEngineTests.Models>
{
    private const string Sentence = "a man rides a bike";

    [Fact]
    public async Task A_video_that_is_named_so_comes_first_by_its_best_moment_and_says_by_which_words()
    {
        var library = await FilledAsync();
        var before = await library.Engine.SearchAsync(Sentence, new(), default);
        var last = before.Results[^1];
        Name(library, last.Name);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);
        var moments = await library.Engine.SearchAsync(Sentence, new() { Rank = Client.SearchRank.Moment, Top = 30 }, default);

        var first = answer.Results[0];
        Assert.Equal((last.Name, last.Moment, last.Score), (first.Name, first.Moment, first.Score));
        var named = Assert.Single(first.Named!);
        Assert.Equal(("man on a bike.mp4", new Client.TextSpan(0, 3)), (named.Text, named.Words[0]));
        var fusion = first.Segments[0].Explanation!.Fusion!;
        Assert.Equal((1, 1.0, (int?)null), (fusion.NameRank, fusion.NameWeight, fusion.TranscriptRank));
        Assert.Equal((1.0 / (60 + fusion.VisualRank)) + (1.0 / 61), fusion.Score, 1e-12);
        Assert.All(answer.Results.Skip(1), result => Assert.Null(result.Named));
        Assert.Equal(last.Name, Assert.Single(moments.Results, result => result.Named is not null).Name);
    }

    [Fact]
    public async Task A_video_that_is_called_just_so_comes_before_one_with_some_of_the_words_that_looks_more_like_them()
    {
        var library = await FilledAsync();
        var before = await library.Engine.SearchAsync(Sentence, new(), default);
        var (partly, exactly) = (before.Results[0].Name, before.Results[^1].Name);
        library.Catalog.Named = [Named(partly), Named(exactly) with { IsExact = true }];

        var answer = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);

        Assert.Equal([exactly, partly], answer.Results.Take(2).Select(result => result.Name));
        var fusion = answer.Results[0].Segments[0].Explanation!.Fusion!;
        Assert.Equal((true, 2), (fusion.NameIsExact, fusion.NameRank));
        Assert.Equal((1.0 / (60 + fusion.VisualRank)) + (1.0 / 62) + 1, fusion.Score, 1e-12);
    }

    [Fact]
    public async Task A_name_with_some_of_the_words_counts_by_their_share()
    {
        var library = await FilledAsync();
        library.Catalog.Named = [Named("video 2") with { Share = 0.5 }];

        var answer = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);

        var fusion = answer.Results.Single(result => result.Named is not null).Segments[0].Explanation!.Fusion!;
        Assert.Equal((1, 0.5), (fusion.NameRank, fusion.NameShare));
        Assert.Equal((1.0 / (60 + fusion.VisualRank)) + (0.5 / 61), fusion.Score, 1e-12);
    }

    [Fact]
    public async Task A_named_video_is_found_beyond_the_candidates_and_below_the_threshold_unless_names_do_not_count()
    {
        var library = await FilledAsync(new() { Candidates = 1 });
        Name(library, "video 4");

        var answer = await library.Engine.SearchAsync(Sentence, new() { Threshold = 1 }, default);
        var without = new SearchEngine(
            library.Model, library.Index, library.Catalog, TimeProvider.System, library.Options with { NameWeight = 0 });
        var unnamed = await without.SearchAsync(Sentence, new() { Top = 6, Rank = Client.SearchRank.Moment }, default);

        Assert.Contains(answer.Results, result => result.Name == "video 4");
        Assert.All(unnamed.Results, result => Assert.Null(result.Named));
    }

    [Fact]
    public async Task A_named_video_that_is_not_shown_is_not_found()
    {
        var library = await FilledAsync();
        Name(library, "video 4");
        library.Hide("video 4", VideoState.Failed);

        var answer = await library.Engine.SearchAsync(Sentence, new(), default);

        Assert.DoesNotContain(answer.Results, result => result.Name == "video 4");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 16)]
    [InlineData(1000, 16)]
    public void Of_a_long_video_segments_at_equal_distances_are_scored(int segments, int scored)
    {
        var places = NamedVideos.SegmentsOf(segments).ToList();

        Assert.Equal(scored, places.Distinct().Count());
        Assert.Equal(0, places[0]);
        Assert.InRange(places[^1], segments - ((segments + scored - 1) / scored), segments - 1);
    }

    private static void Name(SampleLibrary library, string video) => library.Catalog.Named = [Named(video)];

    private static NameMatch Named(string video) =>
        new(SampleLibrary.Id(video), [new NamedText("man on a bike.mp4", [new TextSpan(0, 3), new TextSpan(9, 4)])]);

    private async Task<SampleLibrary> FilledAsync(SearchOptions? options = null)
    {
        var library = new SampleLibrary(models["tcmgc"], options);
        for (var video = 0; video < 6; video++)
            await library.AddRandomAsync($"video {video}", segments: 3);
        return library;
    }
}
