using TcMgc.Model.Graphs;

namespace TcMgc.Model.TemporalEncoders;

/// <summary>CLIP4Clip's seqLSTM: one layer over the frames that are there, with a residual around it.</summary>
internal static class TemporalLstm
{
    /// <summary>frames [V, N, D], mask [V, N] of 0/1, ones first → [V, N, D].</summary>
    /// <remarks>As published: behind a video's end the output is the frame itself, and twice the frame behind the batch's longest.</remarks>
    public static Tensor Encode(Graph g, ModelConfig config, Tensor frames, Tensor mask)
    {
        var (videos, length, width) = (frames.Shape[0], (int)frames.Shape[1].Factor, config.Clip.EmbeddingWidth);
        var inputWeight = g.Parameter("lstm_visual.weight_ih_l0", 4 * width, width);
        var inputBias = g.Parameter("lstm_visual.bias_ih_l0", 4 * width);
        var hiddenWeight = g.Transpose(g.Parameter("lstm_visual.weight_hh_l0", 4 * width, width), 1, 0);
        var hiddenBias = g.Parameter("lstm_visual.bias_hh_l0", 4 * width);

        var projected = g.Linear(frames, inputWeight, inputBias) + hiddenBias;                   // [V, N, 4D]
        Tensor? hidden = null, cell = null;
        var steps = new Tensor[length];
        for (var step = 0; step < length; step++)
        {
            var gates = g.Select(projected, 1, step);
            if (hidden is not null)
                gates += g.MatMul(hidden, hiddenWeight);
            var parts = g.Split(gates, -1, 4);                                                   // input, forget, cell, output
            var candidate = g.Sigmoid(parts[0]) * g.Tanh(parts[2]);
            cell = cell is null ? candidate : (g.Sigmoid(parts[1]) * cell) + candidate;
            hidden = g.Sigmoid(parts[3]) * g.Tanh(cell);
            steps[step] = g.Unsqueeze(hidden, 1);
        }

        var lengths = g.Sum(mask, 1, keep: true);                                                // [V, 1]
        var positions = g.Constant([.. Enumerable.Range(0, length).Select(i => (float)i)], 1, length);
        var seen = Flag(g.AtLeast(lengths, positions + 1f));                                     // [V, N]
        var beyondAll = Flag(g.AtLeast(positions, g.Max(lengths, 0, keep: true)));               // [1, N]
        return (g.Concat(1, steps) * g.Unsqueeze(seen, -1)) + (frames * g.Unsqueeze(beyondAll, -1)) + frames;

        Tensor Flag(Tensor condition) => g.Cast(condition, ElementType.Float32);
    }
}
