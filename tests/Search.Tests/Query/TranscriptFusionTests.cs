using FsCheck;
using FsCheck.Fluent;
using TcMgc.Client;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Transcripts;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Search.Tests.Query;

/// <summary>What is said in a video moves it among the results.</summary>
public sealed class TranscriptFusionTests(SearchEngineTests.Models models) : IClassFixture<SearchEngineTests.Models>, IDisposable
{
    private const string Sentence = "a man rides a bike";
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-fusion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Results_are_in_the_order_of_the_fused_ranks()
    {
        var segments = Gen.Choose(-20, 20).Zip(Gen.Choose(0, 9)).ArrayOf();
        Prop.ForAll(Arb.From(segments), Arb.From(Gen.Choose(1, 30).Select(tenths => tenths / 10.0)), (scored, weight) =>
        {
            var places = scored.Select((_, at) =>
                new SegmentPlace(SegmentId.Of(SampleLibrary.Id("v"), "m", at), SampleLibrary.Id("v"), at, at, at + 1, [at]))
                .ToList();
            var spoken = places.Where((_, at) => scored[at].Item2 > 6).Select((place, at) =>
                (place.Id, Spoken: new SpokenSegment(at + 1, [new(0, 1, "said", [])]))).ToDictionary(one => one.Id, one =>
                one.Spoken);
            var ranking = new Ranking(new() { Rank = SearchRank.Moment, Top = 1000 })
            {
                Spoken = spoken,
                Weights = new(weight, 1)
            };
            for (var at = 0; at < scored.Length; at++)
                ranking.Add(new(places[at], scored[at].Item1, at));
            var results = ranking.Top().Select(result => result.Span[0]).ToList();

            var visual = places.Index().OrderByDescending(place => scored[place.Index].Item1).ThenBy(place =>
                place.Index).Select(place => place.Item.Id).ToList();
            double Fused(SegmentId id) =>
                (1.0 / (61 + visual.IndexOf(id))) + (spoken.TryGetValue(id, out var said) ? weight / (60 + said.Rank) : 0);
            return results.Count == scored.Length && results.Zip(results.Skip(1)).All(pair =>
                Fused(pair.First.Place.Id) >= Fused(pair.Second.Place.Id) - 1e-12)
                && (spoken.Count > 0 || results.Select(result => result.Place.Id).SequenceEqual(visual));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_segment_in_which_words_are_said_comes_before_those_that_merely_look_alike()
    {
        var library = await FilledAsync();
        using var data = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);
        var before = await library.Engine.SearchAsync(Sentence, new(), default);
        var (last, silent) = (before.Results[^1], Engine(library, data));
        var same = await silent.SearchAsync(Sentence, new() { Explain = true }, default);
        await SayAsync(library, data, last.Name, new Cue(4.2, 4.6, "He rides his bike home"));

        var answer = await Engine(library, data).SearchAsync(Sentence, new() { Explain = true }, default);
        var unheard = await Engine(library, data, library.Options with { TranscriptWeight = 0 })
            .SearchAsync(Sentence, new(), default);
        var unwanted = await Engine(library, data).SearchAsync([new("a dog"), new("a bike", -1)], new(), default);

        Assert.Equal(before.Results.Select(result => result.Video), same.Results.Select(result => result.Video));
        Assert.All(same.Results, result => Assert.Null(result.Segments[0].Explanation!.Fusion));
        Assert.Equal(before.Results.Select(result => result.Video), unheard.Results.Select(result => result.Video));
        Assert.All(unwanted.Results, result => Assert.Null(result.Segments[0].Said));
        var first = answer.Results[0];
        Assert.Equal((last.Name, "He rides his bike home"), (first.Name, first.Segments[0].Said![0].Text));
        Assert.Equal(4.2, first.Moment, 1e-3);
        Assert.InRange(first.Moment, first.Segments[0].Start, first.Segments[0].End);
        var fusion = first.Segments[0].Explanation!.Fusion!;
        Assert.Equal(1, fusion.TranscriptRank);
        Assert.True(fusion.VisualRank > 1);
        Assert.Equal(
            before.Results.Single(result => result.Video == last.Video).Segments.Single(segment =>
            segment.Segment == first.Segments[0].Segment).Score, first.Segments[0].Score, 1e-3);
    }

    [Fact]
    public async Task What_is_said_is_found_beyond_the_candidates_and_only_in_videos_that_are_shown()
    {
        var library = await FilledAsync(new() { Candidates = 1 }, videos: 9);
        using var data = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);
        for (var video = 0; video < 9; video++)
            await SayAsync(library, data, $"video {video}", new Cue(0.5, 1, "the word zebra"));
        library.Hide("video 3", TcMgc.Shared.Catalog.VideoState.Failed);

        var all = await Engine(library, data).SearchAsync("zebra", new() { Top = 1, Rank = SearchRank.Moment }, default);
        var one = await Engine(library, data)
            .SearchAsync("zebra", new() { Filter = new() { Video = SampleLibrary.Id("video 2").Value } }, default);
        var hidden = await Engine(library, data)
            .SearchAsync("zebra", new() { Filter = new() { Video = SampleLibrary.Id("video 3").Value } }, default);

        Assert.InRange(all.Scored, 8, 9);
        Assert.Equal("the word zebra", one.Results.Single().Segments[0].Said![0].Text);
        Assert.Empty(hidden.Results);
    }

    [Fact]
    public async Task Where_words_are_said_is_found_without_fetching_frames()
    {
        var library = await FilledAsync(videos: 2);
        using var data = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);
        await SayAsync(library, data, "video 1", new Cue(4.2, 4.6, "the word zebra"));

        var answer = await Engine(library, data).SearchAsync("zebra", new(), default);

        Assert.Equal("the word zebra", answer.Results[0].Segments[0].Said![0].Text);
        Assert.Equal(["GetModel", "FetchPlaces", "FetchPlaces", "Nearest", "Fetch"], library.Index.Asked);
    }

    private async Task<SampleLibrary> FilledAsync(SearchOptions? options = null, int videos = 6)
    {
        var library = new SampleLibrary(models["tcmgc"], options);
        for (var video = 0; video < videos; video++)
            await library.AddRandomAsync($"video {video}", segments: 3);
        return library;
    }

    private static SearchEngine Engine(SampleLibrary library, DataFolder data, SearchOptions? options = null) =>
        new(library.Model, library.Index, library.Catalog, TimeProvider.System, options ?? library.Options, data.Transcripts);

    private static async Task SayAsync(SampleLibrary library, DataFolder data, string name, params Cue[] cues)
    {
        using var content = new MemoryStream(Transcript.Serialize(cues));
        var blob = await data.Blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(SampleLibrary.Id(name)), content, default);
        await data.Transcripts.FollowAsync(library.Catalog.Entries[SampleLibrary.Id(name)] with { Transcript = blob.Name },
            default);
    }
}
