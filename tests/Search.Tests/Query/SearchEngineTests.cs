using TcMgc.Model;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Tests.Query;

public sealed class SearchEngineTests : IClassFixture<SearchEngineTests.Models>
{
    private const string Sentence = "a man rides a bike";
    private readonly Models _models;

    public SearchEngineTests(Models models) => _models = models;

    public sealed class Models : IDisposable
    {
        private readonly Dictionary<string, TinyModel> _models = [];

        internal VideoTextModel this[string head] =>
            (_models.TryGetValue(head, out var model) ? model : _models[head] = new(head)).Model;

        public void Dispose()
        {
            foreach (var model in _models.Values)
                model.Dispose();
        }
    }

    private SampleLibrary NewLibrary(string head = "tcmgc", SearchOptions? options = null) => new(_models[head], options);

    private static async Task<SampleLibrary> Filled(SampleLibrary library, int videos, int segments = 2)
    {
        for (var video = 0; video < videos; video++)
            await library.AddRandomAsync($"video {video}", segments);
        return library;
    }

    [Theory]
    [InlineData(Client.SearchRank.Video, 14)]
    [InlineData(Client.SearchRank.Moment, 28)]
    public async Task An_answer_says_whether_there_are_more_results_down_to_the_last(Client.SearchRank rank, int all)
    {
        var library = await Filled(NewLibrary(options: new() { Candidates = 4 }), videos: 14);
        var picture = library.Picture();
        foreach (var top in (int[])[all - 1, all, all + 1])
            foreach (var offset in (int[])[0, 3])
            {
                var request = new SearchRequest { Rank = rank, Offset = offset, Top = top - offset };
                foreach (var answer in (Client.SearchAnswer[])[await library.Engine.SearchAsync(Sentence, request, default),
                    await library.Engine.SearchImageAsync(picture, request, default)])
                    Assert.Equal((Math.Min(top, all) - offset, top < all), (answer.Results.Count, answer.More));
            }
    }

    [Fact]
    public async Task What_the_first_search_would_wait_for_is_read_before_it_where_there_is_something_to_search()
    {
        var library = NewLibrary();
        await library.Engine.PrepareAsync(default);
        Assert.Equal(["GetModel"], library.Index.Asked);

        await Filled(library, videos: 1);
        library.Index.Asked.Clear();
        await library.Engine.PrepareAsync(default);
        Assert.Equal(["GetModel", "Nearest"], library.Index.Asked);
    }

    public static TheoryData<string> Heads =>
        ["tcmgc", "xclip", "clip4clip-mean-pooling", "clip4clip-sequential-transformer", "clip4clip-tight",
        "excitation-aggregation"];

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task With_every_segment_a_candidate_two_stages_answer_as_the_exhaustive_search(string head)
    {
        var library = await Filled(NewLibrary(head), videos: 7, segments: 3);

        var two = await library.Engine.SearchAsync(Sentence, new(), default);
        var one = await library.Engine.SearchAsync(Sentence, new() { Exhaustive = true }, default);

        Assert.Equal(7, two.Results.Count);
        Assert.Equal((21, 21), (two.Scored, one.Scored));
        Assert.Equal(one.Results.Select(result => result.Video), two.Results.Select(result => result.Video));
        Assert.Equal(one.Results.Select(result => result.Score), two.Results.Select(result => result.Score), (left, right) =>
            Math.Abs(left - right) < 1e-3);
        Assert.Equal(one.Results.Select(result => result.Moment), two.Results.Select(result => result.Moment));
    }

    [Fact]
    public async Task The_exhaustive_search_takes_any_number_of_batches()
    {
        var library = await Filled(NewLibrary(options: new() { ExhaustiveBatch = 4, Candidates = 1 }), videos: 5, segments: 3);

        Assert.Equal(15, (await library.Engine.SearchAsync(Sentence, new() { Exhaustive = true }, default)).Scored);
    }

    [Fact]
    public async Task Results_are_ordered_by_score_and_so_are_their_segments()
    {
        var library = await Filled(NewLibrary(), videos: 6, segments: 4);

        var results = (await library.Engine.SearchAsync(Sentence, new() { Top = 4, SegmentsEach = 2 }, default)).Results;

        Assert.Equal(4, results.Count);
        Assert.Equal(results.OrderByDescending(result => result.Score), results);
        Assert.All(results, result => Assert.Equal(2, result.Segments.Count));
        Assert.All(results, result => Assert.True(result.Segments[0].Score >= result.Segments[1].Score));
        Assert.All(results.SelectMany(result => result.Segments), segment =>
            Assert.InRange(segment.Moment, segment.Start, segment.End));
        Assert.Equal("video", results[0].Name.Split(' ')[0]);
    }

    [Fact]
    public async Task A_still_finds_the_moment_it_was_taken_from()
    {
        var library = await Filled(NewLibrary(), videos: 5);
        var still = library.Picture();
        await library.AddAsync("holiday", [library.Picture(), library.Picture()], [library.Picture(), still, library.Picture()]);

        var answer = await library.Engine.SearchImageAsync(still, new(), default);

        Assert.Equal("holiday", answer.Results[0].Name);
        Assert.Equal(3.5, answer.Results[0].Moment, 1e-2);
        Assert.Equal(1, answer.Results[0].Score, 1e-2);
        Assert.Equal((2, 5), (answer.Results[0].Segments[0].Start, answer.Results[0].Segments[0].End));
        Assert.Equal(6, answer.Results.Count);
    }

    [Fact]
    public async Task An_exhaustive_still_is_compared_with_every_segment()
    {
        var library = await Filled(NewLibrary(options: new() { Candidates = 2, ExhaustiveBatch = 4 }), videos: 3, segments: 3);

        Assert.Equal(9, (await library.Engine.SearchImageAsync(library.Picture(), new() { Exhaustive = true }, default)).Scored);
    }

    [Theory]
    [InlineData(VideoState.Deleted)]
    [InlineData(VideoState.Uploaded)]
    [InlineData(VideoState.Failed)]
    public async Task Only_indexed_videos_are_shown(VideoState state)
    {
        var library = await Filled(NewLibrary(), videos: 3);
        library.Hide("video 1", state);

        foreach (var exhaustive in new[] { false, true })
        {
            var answer = await library.Engine.SearchAsync(Sentence, new() { Exhaustive = exhaustive }, default);
            Assert.Equal(["video 0", "video 2"], answer.Results.Select(result => result.Name).Order());
        }
        Assert.Equal(2, (await library.Engine.SearchImageAsync(library.Picture(), new(), default)).Results.Count);
    }

    [Fact]
    public async Task Hidden_videos_take_no_candidates_place()
    {
        var library = await Filled(NewLibrary(options: new() { Candidates = 4 }), videos: 12);
        var all = await library.Engine.SearchAsync(Sentence, new() { Top = 12 }, default);
        foreach (var result in all.Results.Take(8))
            library.Hide(result.Name, VideoState.Deleted);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Top = 4 }, default);

        Assert.Equal(4, answer.Results.Count);
    }

    [Fact]
    public async Task One_long_video_does_not_crowd_out_the_others()
    {
        var library = await Filled(NewLibrary(options: new() { Candidates = 5 }), videos: 4, segments: 1);
        var picture = library.Picture();
        await library.AddAsync("long", [.. Enumerable.Repeat(new[] { picture }, 20)]);

        var answer = await library.Engine.SearchImageAsync(picture, new() { Top = 5 }, default);

        Assert.Equal("long", answer.Results[0].Name);
        Assert.Equal(5, answer.Results.Count);
    }

    [Fact]
    public async Task Segments_deleted_between_the_stages_are_left_out()
    {
        var library = await Filled(NewLibrary(), videos: 2);
        library.Index.DeletedBeforeFetch = SampleLibrary.Id("video 0");

        var answer = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);
        library.Index.DeletedBeforeFetch = SampleLibrary.Id("video 1");
        var none = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);

        Assert.Equal("video 1", Assert.Single(answer.Results).Name);
        Assert.Empty(none.Results);
    }

    [Fact]
    public async Task Features_are_fetched_once_until_their_video_is_indexed_again()
    {
        var library = await Filled(NewLibrary(), videos: 4, segments: 3);
        var engine = library.Engine;
        var first = await engine.SearchAsync(Sentence, new(), default);
        var again = await engine.SearchAsync("something else", new() { Explain = true }, default);

        Assert.Equal((12, 12), (library.Index.Fetched, again.Scored));
        Assert.Equal(first.Results.Select(result => result.Score),
            (await engine.SearchAsync(Sentence, new(), default)).Results.Select(result => result.Score));

        library.Catalog.Entries[SampleLibrary.Id("video 2")] = library.Catalog.Entries[SampleLibrary.Id(
            "video 2")] with
        { IndexedAt = DateTimeOffset.UnixEpoch };
        await engine.SearchAsync(Sentence, new(), default);
        Assert.Equal(12 + 3, library.Index.Fetched);
    }

    [Fact]
    public async Task Features_beyond_the_bound_are_fetched_again()
    {
        var library = await Filled(NewLibrary(options: new() { FeatureCacheBytes = 1000 }), videos: 4, segments: 3);
        var engine = library.Engine;
        var first = await engine.SearchAsync(Sentence, new(), default);
        var again = await engine.SearchAsync(Sentence, new(), default);

        Assert.True(library.Index.Fetched > 12, $"{library.Index.Fetched} fetched");
        Assert.Equal(first.Results.Select(result => (result.Video, result.Score)),
            again.Results.Select(result => (result.Video, result.Score)));
    }

    [Fact]
    public async Task An_explanation_adds_up_to_the_score()
    {
        var library = await Filled(NewLibrary(), videos: 3);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default);

        Assert.All(answer.Results.SelectMany(result => result.Segments), segment =>
        {
            var explanation = Assert.Single(segment.Explanation!.Texts);
            Assert.Equal(["video-sentence", "video-word", "sentence-frame", "frame-word"],
                explanation.Contrasts.Select(contrast => contrast.Name));
            Assert.Equal((Sentence, 1f), (explanation.Text, explanation.Share));
            Assert.Equal(1, explanation.Contrasts.Sum(contrast => contrast.Weight), 1e-4);
            Assert.Equal(segment.Score, explanation.Contrasts.Sum(contrast => contrast.Weight * contrast.Score), 1e-3);
            Assert.Equal(3, explanation.Frames.Count);
            Assert.Equal(segment.Moment, explanation.Frames.MaxBy(frame => frame.Attention)!.Time);
            Assert.All(explanation.Words, word => Assert.Equal(3, word.Similarities.Count));
            Assert.Equal(["a", "man", "rides", "a", "bike"], explanation.Words.Select(word => word.Text));
            Assert.All(explanation.Words, word => Assert.NotNull(word.Lead));
        });
    }

    [Fact]
    public async Task A_head_with_one_score_explains_frames_alone()
    {
        var library = await Filled(NewLibrary("clip4clip-mean-pooling"), videos: 1);

        var segment = (await library.Engine.SearchAsync(Sentence, new() { Explain = true }, default)).Results[0].Segments[0];

        var explanation = Assert.Single(segment.Explanation!.Texts);
        Assert.Empty(explanation.Contrasts);
        Assert.Empty(explanation.Words);
        Assert.All(explanation.Frames, frame => Assert.Null(frame.Attention));
        Assert.Equal(segment.Moment, explanation.Frames.MaxBy(frame => frame.Similarity)!.Time);
    }

    [Fact]
    public async Task An_index_that_was_never_bound_has_no_results()
    {
        Assert.Empty((await NewLibrary().Engine.SearchAsync(Sentence, new(), default)).Results);
        Assert.Empty((await NewLibrary().Engine.SearchImageAsync(NewLibrary().Picture(), new(), default)).Results);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    public async Task An_empty_text_is_refused(string text)
    {
        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await NewLibrary().Engine.SearchAsync(text, new(), default));

        Assert.Contains("empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_of_ten_thousand_words_is_refused()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 10_000));

        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await NewLibrary().Engine.SearchAsync(text, new(), default));

        Assert.Contains("49999 characters, at most 2000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_models_index_is_refused_with_both_names()
    {
        var library = NewLibrary();
        await library.Index.BindAsync(new("other@123", 8, 4, null), default);

        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await library.Engine.SearchAsync(Sentence, new(), default));

        Assert.Contains("other@123", error.Message, StringComparison.Ordinal);
        Assert.Contains(library.Model.Id, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1001, 1)]
    [InlineData(1, 0)]
    public async Task A_request_out_of_range_is_refused(int top, int segments) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await NewLibrary().Engine.SearchAsync(Sentence, new() { Top = top, SegmentsEach = segments }, default));

    [Fact]
    public async Task An_image_of_another_size_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await NewLibrary().Engine.SearchImageAsync(new byte[5], new(), default));

    [Fact]
    public async Task A_query_can_be_cancelled()
    {
        var library = await Filled(NewLibrary(), videos: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await library.Engine.SearchAsync(Sentence, new(), new(canceled: true)));
    }

    [Fact]
    public async Task Queries_may_run_at_the_same_time()
    {
        var library = await Filled(NewLibrary(), videos: 4);
        var engine = library.Engine;
        var alone = await engine.SearchAsync(Sentence, new(), default);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await engine.SearchAsync(Sentence, new(), default))));

        Assert.All(answers, answer =>
            Assert.Equal(alone.Results.Select(result => (result.Video, result.Moment)),
            answer.Results.Select(result => (result.Video, result.Moment))));
    }
}
