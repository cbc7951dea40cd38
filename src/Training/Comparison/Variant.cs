using TcMgc.Model;

namespace TcMgc.Training.Comparison;

/// <summary>One row of the comparison: a head, or TC-MGC with a part removed or a setting changed.</summary>
/// <param name="Name">Name in the table and in the names of its runs' folders.</param>
/// <param name="Group">The group of the table that it belongs to.</param>
/// <param name="Config">Derives its configuration from that of the base model.</param>
/// <param name="Options">Changes its training options. Optional.</param>
internal sealed record Variant(
    string Name, string Group, Func<ModelConfig, ModelConfig> Config, Func<TrainingOptions, TrainingOptions>? Options = null)
{
    private const TcMgcParts Frame =
        TcMgcParts.LanguageVideoAttention | TcMgcParts.SimilarityReorganisation | TcMgcParts.LinearSoftmaxAggregation;

    public static IReadOnlyList<Variant> All { get; } =
    [
        Head("clip4clip-mean-pooling"), Head("clip4clip-sequential-lstm"), Head("clip4clip-sequential-transformer"),
        Head("clip4clip-tight"),
        Head("excitation-aggregation"), Head("sequential-lstm-aggregation"), Head("sequential-transformer-aggregation"),
        Head("excitation-tight"),
        Head("excitation-lstm-aggregation"), Head("excitation-transformer-aggregation"), Head("excitation-lstm-mean-pooling"),
        Head("excitation-transformer-mean-pooling"),
        Head("xclip"), Head("tcmgc"),
        Without("LVA", TcMgcParts.LanguageVideoAttention), Without("SR", TcMgcParts.SimilarityReorganisation),
        new("without SDR", "TC-MGC without a part", TcMgc, options => options with { SdrWeight = 0 }),
        Without("LSA", TcMgcParts.LinearSoftmaxAggregation),
        Contrasts("video-sentence", TcMgcParts.VideoSentence), Contrasts("video-word", TcMgcParts.VideoWord),
        Contrasts("sentence-frame", TcMgcParts.SentenceFrame), Contrasts("frame-word", TcMgcParts.FrameWord),
        Contrasts("video-sentence, video-word", TcMgcParts.VideoSentence | TcMgcParts.VideoWord),
        Contrasts("video-sentence, sentence-frame", TcMgcParts.VideoSentence | TcMgcParts.SentenceFrame),
        Contrasts("video-sentence, frame-word", TcMgcParts.VideoSentence | TcMgcParts.FrameWord),
        Contrasts("video-word, sentence-frame", TcMgcParts.VideoWord | TcMgcParts.SentenceFrame),
        Contrasts("video-word, frame-word", TcMgcParts.VideoWord | TcMgcParts.FrameWord),
        Contrasts("sentence-frame, frame-word", TcMgcParts.SentenceFrame | TcMgcParts.FrameWord),
        Contrasts("all but video-sentence", TcMgcParts.Contrasts & ~TcMgcParts.VideoSentence),
        Contrasts("all but video-word", TcMgcParts.Contrasts & ~TcMgcParts.VideoWord),
        Contrasts("all but sentence-frame", TcMgcParts.Contrasts & ~TcMgcParts.SentenceFrame),
        Contrasts("all but frame-word", TcMgcParts.Contrasts & ~TcMgcParts.FrameWord),
        .. new[] { 0.2, 0.35, 0.65, 0.8 }.Select(
            rate => new Variant($"keep_rate {rate}", "keep_rate (0.5 above)", config => TcMgc(config) with { KeepRate = rate })),
        .. new[] { 1, 10, 50, 200 }.Select(
            lambda => new Variant($"λ = {lambda}", "λ (100 above)", config => TcMgc(config) with { Temperature = 1.0 / lambda })),
    ];

    /// <summary>The name with only characters that suit a folder.</summary>
    public string Folder =>
        string.Concat(Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : c == 'λ' ? 'l' : '-'));

    private static Variant Head(string head) => new(head, "heads", config => config with { Head = head });

    private static Variant Without(string name, TcMgcParts part) =>
        new($"without {name}", "TC-MGC without a part", config => TcMgc(config) with { Parts = TcMgcParts.All & ~part });

    private static Variant Contrasts(string name, TcMgcParts contrasts) =>
        new(name, "contrasts of TC-MGC", config => TcMgc(config) with { Parts = Frame | contrasts });

    private static ModelConfig TcMgc(ModelConfig config) => config with { Head = "tcmgc" };
}
