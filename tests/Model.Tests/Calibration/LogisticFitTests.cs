using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Model.Calibration;

namespace TcMgc.Model.Tests.Calibration;

public sealed class LogisticFitTests
{
    [Fact]
    public void A_known_logistic_is_found_again()
    {
        var random = new Random(3);
        double[][] inputs = [
            .. Enumerable.Range(0, 20_000).Select(_ => new[] { (random.NextDouble() * 4) - 2, (random.NextDouble() * 4) - 2 })];
        bool[] outcomes = [.. inputs.Select(x => random.NextDouble() < LogisticFit.Probability(-0.5 + (2 * x[0]) - x[1]))];

        var fitted = LogisticFit.Fit(inputs, outcomes, [.. inputs.Select(_ => 1.0)]);

        Assert.Equal([-0.5, 2, -1], fitted, (expected, actual) => Math.Abs(expected - actual) < 0.1);
    }

    [Property]
    public Property What_is_promised_is_kept_on_average() => Holds(rows =>
    {
        var fitted = Fit(rows);
        var promised = rows.Average(row => LogisticFit.Probability(fitted[0] + (fitted[1] * row.X)));
        return Math.Abs(promised - rows.Average(row => row.Outcome ? 1.0 : 0)) < 1e-4;
    });

    [Property]
    public Property A_row_of_weight_two_is_the_row_twice() => Holds(rows =>
    {
        var twice =
            LogisticFit.Fit([.. rows.Select(row => new[] { row.X }), [rows[0].X]],
                [.. rows.Select(row => row.Outcome), rows[0].Outcome], [.. rows.Select(_ => 1.0), 1]);
        var weighted =
            LogisticFit.Fit([.. rows.Select(row => new[] { row.X })], [.. rows.Select(row => row.Outcome)],
                [.. rows.Select((_, index) => index == 0 ? 2.0 : 1)]);
        return twice.Zip(weighted).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3);
    });

    [Property]
    public Property The_order_of_rows_does_not_count() => Holds(rows =>
        Fit(rows).Zip(Fit([.. rows.Reverse()])).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3));

    [Fact]
    public void Outcomes_that_the_input_tells_apart_have_finite_weights()
    {
        var fitted = LogisticFit.Fit([[-2], [-1], [1], [2]], [false, false, true, true], [1, 1, 1, 1]);

        Assert.All(fitted, weight => Assert.True(double.IsFinite(weight)));
        Assert.True(fitted[1] > 1);
    }

    [Fact]
    public void An_input_that_is_always_the_same_has_no_part_in_it()
    {
        var fitted = LogisticFit.Fit([[-1, 0], [1, 0], [-1, 0], [1, 0]], [false, true, true, false], [1, 1, 1, 1]);

        Assert.Equal(0, fitted[2], 6);
    }

    private sealed record Row(double X, bool Outcome);

    private static double[] Fit(Row[] rows) =>
        LogisticFit.Fit(
            [.. rows.Select(row => new[] { row.X })], [.. rows.Select(row => row.Outcome)], [.. rows.Select(_ => 1.0)]);

    /// <summary>Of any rows of which some came true and some did not at both ends.</summary>
    private static Property Holds(Func<Row[], bool> law) => Prop.ForAll((
        from some in (from x in Gen.Choose(-300, 300)
                      from outcome in Gen.Elements(true, false)
                      select new Row(
            x / 100.0, outcome)).ArrayOf()
        select (Row[])[.. some, new(-3, true), new(3, false), new(3, true), new(-3, false)]).ToArbitrary(), law);
}
