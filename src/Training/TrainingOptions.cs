using TcMgc.Model;

namespace TcMgc.Training;

/// <summary>Parts of a model whose weights are not trained.</summary>
public enum Freeze
{
    /// <summary>Everything is trained.</summary>
    None,

    /// <summary>The frame encoder keeps its weights: frame embeddings are computed once.</summary>
    Frames,

    /// <summary>Frame and text encoder keep their weights: only temporal encoder and head are trained.</summary>
    Encoders,
}

/// <summary>How a model is trained. The defaults are the published recipe for a model with CLIP's encoders.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over all training pairs, at least 1.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>B: videos that are contrasted with each other, at least 2.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>
    /// K: captions of each video of a batch, at least 1. A video is encoded once for all of them, and each of K rounds contrasts
    /// one caption of every video: a step learns more where frames are costly and captions many.
    /// </summary>
    public int CaptionsPerVideo { get; init; } = 1;

    /// <summary>Batches whose gradients are averaged into one step, at least 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Peak learning rate of temporal encoder and head.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Peak learning rate of CLIP.</summary>
    public double ClipLearningRate { get; init; } = 1e-7;

    /// <summary>Part of all steps in which the rate rises to its peak, 0…1; it falls to 0 as a cosine afterwards.</summary>
    public double Warmup { get; init; } = 0.1;

    /// <summary>Decoupled weight decay, of all weights but biases, norms and other vectors.</summary>
    public double WeightDecay { get; init; } = 0.2;

    /// <summary>Decay of Adam's first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of Adam's second moment.</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>Largest norm of all gradients together; 0 for no limit.</summary>
    public double GradientNorm { get; init; } = 1;

    /// <summary>Weight of the similarity decorrelation loss, for heads with several contrasts.</summary>
    public double SdrWeight { get; init; } = 0.5;

    /// <summary>Part of the language–video attention's residual that is dropped, 0…1.</summary>
    public double Dropout { get; init; } = 0.3;

    /// <summary>Parts whose weights are not trained.</summary>
    public Freeze Freeze { get; init; }

    /// <summary>Whether frames are drawn at random from equal stretches instead of evenly.</summary>
    public bool RandomFrames { get; init; }

    /// <summary>
    /// Pixels by which a video's pictures are moved at random, at most, in either direction; 0 for none. Not with frozen frames.
    /// </summary>
    public int RandomShift { get; init; }

    /// <summary>Seed of the order of pairs, the frames drawn and the dropout.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ModelException">A value is out of its range: the message names both.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, "epochs", "at least 1");
        Require(Batch >= 2, "batch", "at least 2: pairs are contrasted with each other");
        Require(CaptionsPerVideo >= 1, "captions per video", "at least 1");
        Require(Accumulate >= 1, "accumulate", "at least 1");
        Require(LearningRate > 0 && ClipLearningRate > 0, "learning rates", "above 0");
        Require(Warmup is >= 0 and <= 1, "warm-up", "0 to 1");
        Require(WeightDecay >= 0, "weight decay", "at least 0");
        Require(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, "betas", "0 to below 1");
        Require(GradientNorm >= 0, "gradient norm", "at least 0");
        Require(SdrWeight >= 0, "SDR weight", "at least 0");
        Require(RandomShift is >= 0 and < 64, "random shift", "0 to 63 pixels");
        Require(Dropout is >= 0 and < 1, "dropout", "0 to below 1");

        static void Require(bool holds, string name, string range)
        {
            if (!holds)
                throw new ModelException($"training's {name} must be {range}");
        }
    }
}
