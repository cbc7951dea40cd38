using TcMgc.Model.Graphs;

namespace TcMgc.Model.Tests.Graphs;

public sealed class GraphTests
{
    private readonly Graph _g = new();

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_while_building()
    {
        var (a, b) = (Floats("a", "T", 3), Floats("b", "T", 4));

        Assert.Throws<GraphException>(() => a + b);
        Assert.Throws<GraphException>(() => _g.MatMul(a, b));
        Assert.Throws<GraphException>(() => _g.Concat(1, a, Floats("c", "V", 3)));
        Assert.Throws<GraphException>(() => _g.Reshape(a, "T", 4));
        Assert.Throws<GraphException>(() => _g.Slice(a, 1, 2, 4));
        Assert.Throws<GraphException>(() => _g.Top(a, 4));
        Assert.Throws<GraphException>(() => _g.Split(a, 1, 2));
        Assert.Throws<GraphException>(() => _g.Transpose(a, 0, 0));
    }

    [Fact]
    public void Types_that_do_not_fit_are_refused_while_building()
    {
        var tokens = _g.Input("tokens", ElementType.Int64, 3);

        Assert.Throws<GraphException>(() => Floats("a", 3) * tokens);
        Assert.Throws<GraphException>(() => _g.Gather(Floats("table", 5, 2), Floats("indices", 3)));
    }

    [Fact]
    public void A_matrix_product_keeps_symbols_and_broadcasts_the_batch()
    {
        var product = _g.MatMul(Floats("a", "V", 1, 2, 3), Floats("b", "T", 3, 4));

        Assert.Equal(new Shape("V", "T", 2, 4), product.Shape);
    }

    [Fact]
    public void Moving_an_axis_of_length_one_is_a_reshape()
    {
        var x = Floats("x", "V", 1, 3, 4);

        Assert.Equal("Reshape", _g.Transpose(x, 0, 2, 1, 3).Source!.Operator);
        Assert.Equal("Transpose", _g.Transpose(x, 0, 1, 3, 2).Source!.Operator);
    }

    [Fact]
    public void A_parameter_has_one_shape()
    {
        Assert.Same(_g.Parameter("w", 2, 3), _g.Parameter("w", 2, 3));
        Assert.Throws<GraphException>(() => _g.Parameter("w", 3, 2));
    }

    [Fact]
    public void Tensors_of_another_graph_are_refused()
    {
        var stranger = new Graph().Input("x", ElementType.Float32, 3);

        Assert.Throws<GraphException>(() => Floats("a", 3) + stranger);
    }

    private Tensor Floats(string name, params Dim[] shape) => _g.Input(name, ElementType.Float32, shape);
}
