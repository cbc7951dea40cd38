namespace TcMgc.Model.Graphs;

/// <summary>Reverse-mode derivatives as nodes of the same graph, so that forward and backward run in one call.</summary>
internal static class Gradients
{
    /// <summary>d loss / d tensor for each of these tensors; null where the loss does not depend on one.</summary>
    /// <exception cref="GraphException">The loss is no scalar, or depends on them through an operator that has no derivative.</exception>
    public static IReadOnlyList<Tensor?> Of(Graph g, Tensor loss, IReadOnlyList<Tensor> tensors)
    {
        if (loss.Shape.Rank != 0)
            throw new GraphException($"{loss} is no scalar");
        var reached = Reached(g, tensors);
        var gradients = new Dictionary<Tensor, Tensor> { [loss] = g.Constant(1f) };
        foreach (var node in g.Nodes.Where(node => node.Outputs.Any(reached.Contains)).Reverse().ToArray())
        {
            var upstream = node.Outputs.Select(gradients.GetValueOrDefault).ToArray();
            if (upstream.All(u => u is null))
                continue;
            var rule = Derivatives.Of(node.Operator) ?? throw new GraphException($"{node.Operator} has no derivative");
            foreach (var (input, gradient) in node.Inputs.Zip(rule(g, node, upstream)))
                if (gradient is not null && reached.Contains(input))
                    gradients[input] = gradients.TryGetValue(input, out var sum) ? sum + gradient : gradient;
        }
        return [.. tensors.Select(gradients.GetValueOrDefault)];
    }

    /// <summary>Everything that depends on the tensors through floats.</summary>
    private static HashSet<Tensor> Reached(Graph g, IEnumerable<Tensor> tensors)
    {
        var reached = tensors.ToHashSet();
        foreach (var node in g.Nodes.Where(node => node.Inputs.Any(reached.Contains)))
            reached.UnionWith(node.Outputs.Where(output => output.Type == ElementType.Float32));
        return reached;
    }
}
