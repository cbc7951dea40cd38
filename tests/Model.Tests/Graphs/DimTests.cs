using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Model.Graphs;

namespace TcMgc.Model.Tests.Graphs;

public sealed class DimTests
{
    private static readonly Arbitrary<Dim> s_dims = (
        from factor in Gen.Choose(1, 20)
        from symbols in Gen.Elements("", "B", "T", "V").ListOf()
        select symbols.Where(s => s.Length > 0).Take(3).Aggregate((Dim)factor, (dim, symbol) => dim * symbol)).ToArbitrary();

    [Property]
    public Property A_product_divided_by_one_factor_is_the_other() =>
        Prop.ForAll(s_dims, s_dims, (a, b) => (a * b).DividedBy(b) == a);

    [Property]
    public Property The_order_of_a_product_does_not_matter() =>
        Prop.ForAll(s_dims, s_dims, (a, b) => a * b == b * a);

    [Fact]
    public void A_product_evaluates_to_the_product_of_the_values()
    {
        var symbols = new Dictionary<string, long> { ["B"] = 3, ["T"] = 5, ["V"] = 7 };

        Prop.ForAll(s_dims, s_dims, (a, b) => (a * b).Evaluate(symbols) == a.Evaluate(symbols) * b.Evaluate(symbols)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_dimension_that_does_not_divide_gives_no_quotient()
    {
        Assert.Null(((Dim)7).DividedBy(2));
        Assert.Null(((Dim)"T").DividedBy("V"));
    }
}
