using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Model.Calibration;
using TcMgc.Search.Query;
using TcMgc.Shared;

namespace TcMgc.Search.Tests.Query;

/// <summary>How sure results are, and what a threshold leaves out.</summary>
public sealed class ConfidenceTests : IDisposable
{
    private const string Sentence = "a man rides a bike";
    private const int Videos = 6;

    private readonly TinyModel _tiny = new();
    private VideoTextModel? _model;

    public void Dispose()
    {
        _model?.Dispose();
        _tiny.Dispose();
    }

    /// <summary>A library whose model is calibrated so that a video of the middle score is as sure as not.</summary>
    private async Task<SampleLibrary> CalibratedAsync(double threshold, Footage? footage = null)
    {
        var plain = await FilledAsync(_tiny.Model);
        var scores = (await plain.Engine.SearchAsync(Sentence, new(), default)).Results.Select(result =>
            (double)result.Score).ToList();
        var (middle, steep) = ((scores[2] + scores[3]) / 2, 1 / Math.Max(1e-6, scores[2] - scores[3]));
        _model = _tiny.Folder
            .Calibrate(new(-steep * middle, steep, 0, 0, 0, threshold, "a test", 100) { Footage = footage })
            .Load(new() { Threads = 1 });
        return await FilledAsync(_model);
    }

    /// <summary>Footage whose distance is the squared one from a point, by D.</summary>
    private static Footage Around(float[] point, double limit)
    {
        float[] unit = [.. Enumerable.Range(0, point.Length).SelectMany(row => Enumerable.Range(0, row + 1), (row, column) =>
            row == column ? 1f : 0)];
        return new(
            new(MemoryMarshal.AsBytes<float>(point).ToArray(), MemoryMarshal.AsBytes<float>(unit).ToArray()),
            new(new byte[point.Length * sizeof(float)], new byte[unit.Length * sizeof(float)]), limit);
    }

    private float[] Embedding(byte[] picture)
    {
        var embedding = new float[_tiny.Model.Width];
        _tiny.Model.EncodeFrames(picture, 1, embedding, default);
        TensorPrimitives.Divide(embedding, TensorPrimitives.Norm<float>(embedding), embedding);
        return embedding;
    }

    /// <summary>A library whose model is calibrated on dark frames: light ones lie beyond.</summary>
    private (SampleLibrary Library, byte[] Dark, byte[] Light) CalibratedOnDark()
    {
        var (dark, light) = (new byte[_tiny.Model.FrameBytes], new byte[_tiny.Model.FrameBytes]);
        Array.Fill(light, byte.MaxValue);
        var ofDark = Embedding(dark);
        var apart = Math.Pow(TensorPrimitives.Distance<float>(ofDark, Embedding(light)), 2) / _tiny.Model.Width;
        _model = _tiny.Folder
            .Calibrate(new(0, 1, 0, 0, 0, 0, "a test", 100) { Footage = Around(ofDark, 0.4 * apart) })
            .Load(new() { Threads = 1 });
        return (new SampleLibrary(_model), dark, light);
    }

    private static async Task<SampleLibrary> FilledAsync(VideoTextModel model, SearchOptions? options = null)
    {
        var library = new SampleLibrary(model, options);
        for (var video = 0; video < Videos; video++)
            await library.AddRandomAsync($"video {video}");
        return library;
    }

    [Fact]
    public async Task What_is_less_sure_than_the_default_is_left_out_and_counted()
    {
        var library = await CalibratedAsync(threshold: 0.5);

        var answer = await library.Engine.SearchAsync(Sentence, new(), default);

        Assert.Equal((3, 3, 0.5), (answer.Results.Count, answer.Weaker, answer.Threshold));
        Assert.All(answer.Results, result => Assert.InRange(result.Confidence!.Probability, 0.5, 1));
    }

    [Fact]
    public async Task A_video_that_is_named_so_is_shown_however_unsure_its_picture_is()
    {
        var library = await CalibratedAsync(threshold: 0.5);
        var all = await library.Engine.SearchAsync(Sentence, new() { Threshold = 0 }, default);
        library.Catalog.Named = [new(new(all.Results[^1].Video), [new("man.mp4", [new(0, 3)])])];

        var answer = await library.Engine.SearchAsync(Sentence, new(), default);

        Assert.Equal((4, 2), (answer.Results.Count, answer.Weaker));
        Assert.Equal(all.Results[^1].Video, Assert.Single(answer.Results, result => result.Named is not null).Video);
    }

    [Fact]
    public async Task A_threshold_of_nothing_returns_all_and_the_surest_are_first()
    {
        var library = await CalibratedAsync(threshold: 0.5);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Threshold = 0 }, default);

        Assert.Equal((Videos, 0, 0.0), (answer.Results.Count, answer.Weaker, answer.Threshold));
        Assert.Equal(answer.Results.OrderByDescending(result => result.Confidence!.Probability), answer.Results);
        Assert.All(answer.Results.SelectMany(result => result.Segments), segment => Assert.NotNull(segment.Confidence));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public async Task Footage_beyond_the_calibrations_limit_is_shown_without_a_confidence(double limit)
    {
        // Every segment has the same distance from what was calibrated on, 1 / D, and none from the background.
        var d = _tiny.Model.Width;
        var library = await CalibratedAsync(threshold: 0.5, Around(new float[d], limit / d));

        var answer = await library.Engine.SearchAsync(Sentence, new(), default);

        var isBeyond = limit < 1;
        Assert.Equal(isBeyond ? (Videos, 0) : (3, 3), (answer.Results.Count, answer.Weaker));
        Assert.All(answer.Results.SelectMany(result => result.Segments), segment =>
            Assert.Equal((isBeyond, isBeyond), (segment.Unfamiliar is true, segment.Confidence is null)));
    }

    [Fact]
    public async Task A_segment_is_judged_with_the_video_around_it()
    {
        var (library, dark, light) = CalibratedOnDark();
        foreach (var name in new[] { "a", "b", "c" })
            await library.AddAsync(name, [dark]);
        await library.AddAsync("both", [dark], [light]);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Rank = SearchRank.Moment, Top = 5 }, default);

        Assert.Equal(5, answer.Results.Count);
        Assert.All(answer.Results, result =>
            Assert.Equal(new VideoId(result.Video) == SampleLibrary.Id("both"), result.Segments[0].Unfamiliar is true));
    }

    [Fact]
    public async Task Where_most_is_unfamiliar_nothing_has_a_confidence_and_what_is_familiar_is_not_called_so()
    {
        var (library, dark, light) = CalibratedOnDark();
        await library.AddAsync("known", [dark]);
        foreach (var name in new[] { "a", "b" })
            await library.AddAsync(name, [light]);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Threshold = 1 }, default);

        Assert.Equal((3, 0, 0.0), (answer.Results.Count, answer.Weaker, answer.Threshold));
        Assert.All(answer.Results, result => Assert.Null(result.Segments[0].Confidence));
        Assert.All(answer.Results, result =>
            Assert.Equal(new VideoId(result.Video) != SampleLibrary.Id("known"), result.Segments[0].Unfamiliar is true));
    }

    [Fact]
    public async Task Nothing_matches_where_nothing_is_sure_enough()
    {
        var library = await CalibratedAsync(threshold: 0.5);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Threshold = 1 }, default);

        Assert.Empty(answer.Results);
        Assert.Equal(Videos, answer.Weaker);
    }

    [Fact]
    public async Task Pages_of_an_answer_end_at_the_threshold()
    {
        var library = await CalibratedAsync(threshold: 0.5);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Offset = 2, Top = 2 }, default);

        Assert.Equal((1, 3), (answer.Results.Count, answer.Weaker));
    }

    [Fact]
    public async Task Candidates_stand_for_the_whole_index()
    {
        _model = _tiny.Folder.Calibrate(new(0, 0.1, -0.5, 0, 0, 0, "a test", 100)).Load(new() { Threads = 1 });
        var library = await FilledAsync(_model, new() { Candidates = 4 });

        var some = await library.Engine.SearchAsync(Sentence, new() { Top = 2, Rank = SearchRank.Moment }, default);
        var all = await library.Engine.SearchAsync(Sentence, new() { Top = 1000, Rank = SearchRank.Moment, Exhaustive = true },
            default);

        Assert.Equal((4, 2 * Videos), (some.Scored, all.Scored));
        var probabilities = all.Results.ToDictionary(result => result.Segments[0].Segment, result =>
            result.Confidence!.Probability);
        Assert.All(some.Results, result =>
            Assert.Equal(probabilities[result.Segments[0].Segment], result.Confidence!.Probability, 4));
    }

    [Fact]
    public async Task Several_texts_are_as_sure_as_the_least_sure_wanted_one()
    {
        _model = _tiny.Folder.Calibrate(new(0, 0.1, -0.1, 0.4, -0.3, 0, "a test", 100)).Load(new() { Threads = 1 });
        var library = await FilledAsync(_model);
        async Task<Dictionary<Guid, double>> SureAsync(params WeightedText[] texts) =>
            (await library.Engine.SearchAsync(texts, new() { Top = 1000, Rank = SearchRank.Moment }, default)).Results
                .ToDictionary(result => result.Segments[0].Segment, result => result.Confidence!.Probability);
        var (one, two) = (await SureAsync(new WeightedText(Sentence)), await SureAsync(new WeightedText("rain")));

        var several = await SureAsync(new(Sentence, 3), new("rain", 0.5f), new("a xylophone", -1));

        Assert.Equal(2 * Videos, several.Count);
        Assert.All(several, segment => Assert.Equal(Math.Min(one[segment.Key], two[segment.Key]), segment.Value, 2e-3));
    }

    [Fact]
    public async Task What_is_wanted_must_be_sure_enough_whatever_is_not_wanted()
    {
        var library = await CalibratedAsync(threshold: 0.5);

        var answer = await library.Engine.SearchAsync([new(Sentence), new("it rains", -100)], new(), default);

        Assert.Equal((Videos, 0.5), (answer.Results.Count + answer.Weaker, answer.Threshold));
        Assert.True(answer.Weaker >= 3, $"{answer.Weaker}"); // Of three videos no segment is sure enough of the sentence.
        Assert.All(answer.Results, result => Assert.InRange(result.Confidence!.Probability, 0.5, 1));
    }

    [Fact]
    public async Task Stills_have_no_confidence_and_lose_nothing()
    {
        var library = await CalibratedAsync(threshold: 1);

        var answer = await library.Engine.SearchImageAsync(library.Picture(), new() { Threshold = 1 }, default);

        Assert.Equal((Videos, 0, null), (answer.Results.Count, answer.Weaker, answer.Threshold));
        Assert.All(answer.Results, result => Assert.Null(result.Confidence));
        Assert.All(answer.Results, result => Assert.Null(result.Segments[0].Unfamiliar));
    }

    [Fact]
    public async Task A_model_without_calibration_has_no_confidence_and_leaves_nothing_out()
    {
        var library = await FilledAsync(_tiny.Model);

        var answer = await library.Engine.SearchAsync(Sentence, new() { Threshold = 1 }, default);

        Assert.Equal((Videos, 0, null), (answer.Results.Count, answer.Weaker, answer.Threshold));
        Assert.All(answer.Results, result => Assert.Null(result.Confidence));
        Assert.All(answer.Results, result => Assert.Null(result.Segments[0].Unfamiliar));
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public async Task A_threshold_is_a_probability(double threshold) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
        await (await FilledAsync(_tiny.Model)).Engine.SearchAsync(Sentence, new() { Threshold = threshold }, default));
}
