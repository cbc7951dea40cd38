using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Model.Weights;

namespace TcMgc.Training.Evaluation;

/// <summary>Loads a model with its own head or with another one over the same encoders.</summary>
public static class EvaluatedModel
{
    private const int MaxNames = 8;

    /// <summary>Loads a model.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="head">The head's name; null for the model's own.</param>
    /// <param name="engine">Where to run.</param>
    /// <exception cref="ModelException">There is no such head, or the model lacks weights that it needs.</exception>
    public static VideoTextModel Load(ModelFolder folder, string? head, ComputeOptions engine)
    {
        if (head is null || head == folder.Card.Config.Head)
            return folder.Load(engine);
        folder.CheckHash();
        var config = folder.Card.Config with { Head = head };
        var tokenizer = Tokenizer.Load(folder.Path);
        var weights = WeightFile.Open(folder.WeightsPath);
        try
        {
            RequireWeights(folder, config, weights);
            return new(folder.Id, config, weights, tokenizer, engine);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private static void RequireWeights(ModelFolder folder, ModelConfig config, WeightFile weights)
    {
        string[] missing = [.. ParameterSpec.Of(config)
            .Where(needed => !weights.Entries.TryGetValue(needed.Name, out var entry) || !entry.Shape.SequenceEqual(needed.Shape))
            .Select(needed => needed.Name)];
        if (missing.Length > 0)
            throw new ModelException(
                $"{folder.Path}: has no weights for the head '{config.Head}', {missing.Length} are missing: "
                + $"{string.Join(", ", missing.Take(MaxNames))}{(missing.Length > MaxNames ? ", …" : "")}; "
                + $"train them: tcmgc train --init {folder.Path} --head {config.Head}");
    }
}
