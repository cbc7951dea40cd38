using System.Globalization;
using System.Text.Json.Serialization;
using TcMgc.Model.Encoders;

namespace TcMgc.Model;

/// <summary>Everything that fixes a model's graphs and the names and shapes of its parameters.</summary>
public sealed record ModelConfig
{
    private const int MostLayers = 1000, Widest = 1 << 16, LargestVocabulary = 1 << 24;

    /// <summary>The CLIP that encodes frames and text.</summary>
    public required ClipArchitecture Clip { get; init; }

    /// <summary>
    /// The encoders of frames and texts: all that heads, training and serving know of them. They are <see cref="Clip"/>'s.
    /// </summary>
    internal IDualEncoder Encoders { get => field ?? Clip; init; }

    /// <summary>
    /// Name of the similarity head, one of <c>Heads.SimilarityHead.All</c>: <c>clip4clip-mean-pooling</c>, <c>xclip</c>,
    /// <c>tcmgc</c>, …
    /// </summary>
    public required string Head { get; init; }

    /// <summary>W: words a text is cut or padded to, start and end token included; at most the text tower's context.</summary>
    public int Words { get; init; } = 32;

    /// <summary>N: frames of a segment.</summary>
    public int Frames { get; init; } = 12;

    /// <summary>Residual blocks of the temporal transformer, for heads that have one.</summary>
    public int TemporalLayers { get; init; } = 4;

    /// <summary>
    /// Rows of the frame position embedding; published checkpoints carry one per text position. At least <see cref="Frames"/>.
    /// </summary>
    public int FramePositions { get; init; } = 77;

    /// <summary>Residual blocks of the cross transformer, for the tight heads.</summary>
    public int CrossLayers { get; init; } = 4;

    /// <summary>Rows of the cross transformer's position embedding; at least <see cref="Frames"/> + 1.</summary>
    public int CrossPositions { get; init; } = 128;

    /// <summary>Attention heads of TC-MGC's language–video attention.</summary>
    public int AttentionHeads { get; init; } = 1;

    /// <summary>
    /// TC-MGC: whether language–video attention sees only the frames that are there. The published code has no mask there, so
    /// that padding takes part; false does as it does. Segments of N frames score the same either way.
    /// </summary>
    public bool MaskedAttention { get; init; } = true;

    /// <summary>TC-MGC: the part of the similarities that reorganisation keeps, k = ⌊W·keep_rate⌋, 0 &lt; k &lt; W.</summary>
    public double KeepRate { get; init; } = 0.5;

    /// <summary>τ of the attention over similarities (X-CLIP) and 1/λ of interactive aggregation (TC-MGC).</summary>
    public double Temperature { get; init; } = 0.01;

    /// <summary>Hidden units of the excitation gate; 0 stands for <see cref="Frames"/> / 2 (squeeze).</summary>
    public int ExcitationHidden { get; init; }

    /// <summary>Hidden units of the aggregation gate; 0 stands for <see cref="Frames"/> / 2 (squeeze).</summary>
    public int AggregationHidden { get; init; }

    /// <summary>TC-MGC: what of it takes part; all of it but in ablations.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<TcMgcParts>))]
    public TcMgcParts Parts { get; init; } = TcMgcParts.All;

    /// <summary>Whether a part of TC-MGC takes part.</summary>
    public bool Has(TcMgcParts part) => (Parts & part) == part;

    /// <summary>k: similarities that TC-MGC's reorganisation keeps of so many.</summary>
    internal int KeptOf(long count) => (int)(count * KeepRate);

    /// <summary>Checks that the sizes fit each other.</summary>
    /// <exception cref="ModelException">One does not: the message names it and its range.</exception>
    public void Validate()
    {
        var (d, text) = (Encoders.Width, Clip.Text);
        Require(Clip.Vision.ImageSize is >= 1 and <= 4096 && Clip.Vision.PatchSize >= 1
            && Clip.Vision.PatchSize <= Clip.Vision.ImageSize,
            "image size", Clip.Vision.ImageSize, "1 to 4096 and no smaller than the patch");
        foreach (var (name, width) in new[] { ("vision width", Clip.Vision.Width), ("text width", text.Width) })
            Require(width % ClipArchitecture.HeadWidth == 0 && width > 0 && width <= Widest, name, width,
                $"a multiple of {ClipArchitecture.HeadWidth} up to {Widest}");
        foreach (var (name, layers) in new[] { ("vision layers", Clip.Vision.Layers), ("text layers", text.Layers),
            ("temporal layers", TemporalLayers), ("cross layers", CrossLayers) })
            Require(layers is >= 1 and <= MostLayers, name, layers, $"1 to {MostLayers}");
        foreach (var (name, hidden) in new[] { ("excitation's hidden units", ExcitationHidden),
            ("aggregation's hidden units", AggregationHidden) })
            Require(hidden is >= 0 and <= Widest, name, hidden, $"0 to {Widest}");
        Require(text.Vocabulary is >= 3 and <= LargestVocabulary, "vocabulary", text.Vocabulary, $"3 to {LargestVocabulary}");
        Require(d is > 0 and <= Widest && d % Encoders.AttentionHeads == 0,
            "embedding width", d, "a multiple of the text tower's heads");
        Require(Words >= 3 && Words <= Encoders.Context, "words", Words,
            $"3 to the text context, {Encoders.Context}");
        Require(Frames is >= 1 and <= 4096, "frames", Frames, "1 to 4096");
        Require(FramePositions >= Frames, "frame positions", FramePositions, $"at least the frames, {Frames}");
        Require(CrossPositions > Frames, "cross positions", CrossPositions, $"more than the frames, {Frames}");
        Require(AttentionHeads > 0 && d % AttentionHeads == 0, "attention heads", AttentionHeads,
            $"a divisor of the embedding width, {d}");
        foreach (var count in Has(TcMgcParts.LanguageVideoAttention) ? [Words] : new[] { Words, Frames })
            Require(KeptOf(count) > 0 && KeptOf(count) < count, "keep_rate", KeepRate,
                $"such that something but not all is kept of {count}");
        Require((Parts & TcMgcParts.Contrasts) != 0, "contrasts", Parts, "one at least");
        Require(Temperature is > 0 and <= 100, "temperature", Temperature, "above 0, at most 100");

        static void Require<T>(bool holds, string name, T value, string range)
        {
            if (!holds)
                throw new ModelException(
                    string.Create(CultureInfo.InvariantCulture, $"the model's {name} is {value}; it must be {range}"));
        }
    }
}
