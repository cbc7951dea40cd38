using FsCheck;
using FsCheck.Fluent;
using TcMgc.Model;
using TcMgc.Model.Calibration;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class CalibratorTests
{
    private static readonly TextShape s_short = new(1, 1), s_long = new(9, 9), s_spelt = new(6, 2);

    /// <summary>Right results score about 12, wrong ones about 9; long texts 3 more.</summary>
    private static List<FirstResult> Results(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(at =>
        {
            var (right, shape) = (random.Next(2) == 0, at % 3 == 0 ? s_short : at % 3 == 1 ? s_long : s_spelt);
            var noise = Enumerable.Range(0, 4).Sum(_ => random.NextSingle() - 0.5f) * 3;
            return new FirstResult($"{shape.Tokens}", shape, at % 2 == 0
                ? 10 : 100, (right ? 12 : 9) + (shape == s_long ? 3 : 0) + noise, right || random.Next(2) == 0, right);
        })];
    }

    [Fact]
    public void Promised_probabilities_hold_on_other_results()
    {
        var calibration = Calibrator.Fit(Results(6000), "a test");

        var reliability = Reliability.Of(calibration, Results(6000, seed: 2));

        Assert.InRange(reliability.Error, 0, 0.05);
        Assert.Equal(6000, reliability.Bins.Sum(bin => bin.Answers));
    }

    [Fact]
    public void The_default_threshold_keeps_nine_of_ten_right_results()
    {
        var results = Results(6000);
        var calibration = Calibrator.Fit(results, "a test");

        var rates = Reliability.Rates(calibration, results, 10);

        Assert.InRange(rates.Average(rate => rate.RightRejected!.Value), 0.07, 0.1);
        Assert.All(rates, rate => Assert.InRange(rate.FalseAccept!.Value, 0.01, 0.6));
    }

    [Fact]
    public void Confidence_is_a_probability_that_never_falls_with_the_score()
    {
        var calibration = Calibrator.Fit(Results(3000), "a test");
        Prop.ForAll(
            (from a in Gen.Choose(-100_000, 100_000)
             from b in Gen.Choose(-100_000, 100_000)
             from segments in Gen.Choose(
                1, 1_000_000)
             select (a, b, segments)).ToArbitrary(), scores =>
        {
            var less = calibration.Of(Math.Min(scores.a, scores.b) / 100f, scores.segments, s_long);
            var more = calibration.Of(Math.Max(scores.a, scores.b) / 100f, scores.segments, s_long);
            return less.Probability <= more.Probability && less.Band <= more.Band && less.Probability >= 0
                && more.Probability <= 1;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Kinds_have_equal_weight_whatever_their_number_of_questions()
    {
        var few = Results(3000).Where((result, at) => result.Kind != "1" || at % 10 == 0).ToList();
        var many = few.Concat(few.Where(result => result.Kind == "1")).ToList();

        var (one, other) = (Calibrator.Fit(few, "a test"), Calibrator.Fit(many, "a test"));

        Assert.Equal(one.Score, other.Score, 6);
        Assert.Equal(one.Intercept, other.Intercept, 4);
    }

    [Fact]
    public void Uninformative_scores_are_refused()
    {
        List<FirstResult> results = [.. Results(600).Select(result => result with { Score = -result.Score })];

        var error = Assert.Throws<ModelException>(() => Calibrator.Fit(results, "a test"));

        Assert.Contains("do not tell right videos from wrong ones", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_results_are_refused()
    {
        var error = Assert.Throws<ModelException>(() => Calibrator.Fit(Results(4), "a test"));

        Assert.Contains("use more videos", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, ConfidenceBand.Weak)]
    [InlineData(0.33, ConfidenceBand.Weak)]
    [InlineData(0.34, ConfidenceBand.Likely)]
    [InlineData(0.66, ConfidenceBand.Likely)]
    [InlineData(0.67, ConfidenceBand.Strong)]
    [InlineData(1, ConfidenceBand.Strong)]
    public void A_band_is_a_range_of_probability(double probability, ConfidenceBand band) =>
    Assert.Equal(band, new Confidence(probability).Band);

    [Fact]
    public void Each_question_is_asked_of_libraries_with_a_match_and_without()
    {
        Question[] questions = [new("sentence", "a", [true, false, false, false]),
            new("foreign", "b", [false, false, false, false]), new("word", "c", [true, true, true, true])];
        var logits = Matrix.Of([0, 0, 0], [1, 4, 3, 2], [1, 2, 3, 4], [1, 2, 3, 4]);

        var results = FirstResults.Of(questions, [s_long, s_spelt, s_short], logits, 4);

        Assert.Equal(
        [
            new("sentence", s_long, 4, 4, HasMatch: true, IsRight: false),
            new("sentence", s_long, 3, 4, HasMatch: false, IsRight: false),
            new("foreign", s_spelt, 4, 4, HasMatch: false, IsRight: false),
            new("word", s_short, 4, 4, HasMatch: true, IsRight: true),
        ], results);
    }

    [Fact]
    public void A_random_library_has_a_match_as_requested_and_is_reproducible()
    {
        var question = new Question("sentence", "a", [.. Enumerable.Range(0, 50).Select(video => video == 7)]);
        var logits = Matrix.Of([7], [[.. Enumerable.Range(0, 50).Select(video => (float)video)]]);

        var results = FirstResults.Of([question], [s_long], logits, 10);

        Assert.Equal((6, 3), (results.Count, results.Count(result => result.HasMatch)));
        Assert.All(results, result => Assert.Equal(10, result.Segments));
        Assert.Equal(results, FirstResults.Of([question], [s_long], logits, 10));
    }

    [Theory]
    [InlineData(4, new[] { 4 })]
    [InlineData(30, new[] { 10, 30 })]
    [InlineData(1000, new[] { 10, 30, 100, 300, 1000 })]
    public void Libraries_grow_to_all_videos(int videos, int[] sizes) => Assert.Equal(sizes, FirstResults.Sizes(videos));
}
