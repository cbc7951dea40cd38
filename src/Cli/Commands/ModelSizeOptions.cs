using System.CommandLine;
using TcMgc.Model;

namespace TcMgc.Cli.Commands;

/// <summary>The options that change a model's sizes.</summary>
internal static class ModelSizeOptions
{
    public static Option<int?> Words { get; } = NewOption.Optional<int?>("--words", "W: words of a text.");

    public static Option<int?> Frames { get; } = NewOption.Optional<int?>("--frames", "N: frames of a segment.");

    public static Option<double?> KeepRate { get; } =
        NewOption.Optional<double?>("--keep-rate", "TC-MGC: part of the similarities that is kept.");

    public static Option<int?> TemporalLayers { get; } =
        NewOption.Optional<int?>("--temporal-layers", "Blocks of the temporal transformer.");

    /// <summary>The configuration with the sizes that were given.</summary>
    public static ModelConfig Apply(ModelConfig config, ParseResult parsed) => config with
    {
        Words = parsed.GetValue(Words) ?? config.Words,
        Frames = parsed.GetValue(Frames) ?? config.Frames,
        KeepRate = parsed.GetValue(KeepRate) ?? config.KeepRate,
        TemporalLayers = parsed.GetValue(TemporalLayers) ?? config.TemporalLayers,
    };
}
