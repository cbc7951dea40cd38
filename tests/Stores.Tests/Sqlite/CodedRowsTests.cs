using System.Numerics.Tensors;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class CodedRowsTests
{
    [Property]
    public Property The_bound_is_never_below_the_product_whatever_the_values() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var dimensions = 1 + random.Next(300);
        var (row, query) = (Values(random, dimensions), Values(random, dimensions));

        Assert.True(AtMost(query, row) >= TensorPrimitives.Dot<float>(query, row));
    });

    [Property]
    public Property For_unit_vectors_the_bound_is_near_the_product() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var (row, query) = (Unit(random, 128), Unit(random, 128));

        Assert.InRange(AtMost(query, row) - TensorPrimitives.Dot<float>(query, row), 0, 0.2f);
    });

    [Fact]
    public void A_copied_row_keeps_its_bound()
    {
        var (rows, random) = (new CodedRows(3, 40), new Random(1));
        rows.Set(0, Unit(random, 40));
        rows.Set(2, Unit(random, 40));
        var query = CodedRows.Of(Unit(random, 40));
        rows.Copy(rows, 2, 1);

        Assert.Equal(rows.AtMost(query, 2), rows.AtMost(query, 1));
        Assert.NotEqual(rows.AtMost(query, 0), rows.AtMost(query, 1));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_has_no_bound_to_be_hidden_by(float value) =>
        Assert.False(AtMost([value, 1], [1, 1]) <= float.MaxValue);

    [Fact]
    public void Nothing_but_zeros_is_bounded_by_zero() => Assert.Equal(0, AtMost([1, 1], [0, 0]));

    private static float AtMost(float[] query, float[] row)
    {
        var rows = new CodedRows(1, row.Length);
        rows.Set(0, row);
        return rows.AtMost(CodedRows.Of(query), 0);
    }

    /// <summary>Values of one magnitude or of many, with zeros among them.</summary>
    private static float[] Values(Random random, int count)
    {
        var spread = random.Next(8);
        return [.. Enumerable.Range(0, count).Select(_ =>
            random.Next(5) == 0 ? 0 : (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-spread, spread + 1)))];
    }

    private static float[] Unit(Random random, int count)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }
}
