using System.ComponentModel.DataAnnotations;

namespace TcMgc.Ingest;

/// <summary>How uploads are decoded; the configuration's section <see cref="Section"/>.</summary>
public sealed record DecodeOptions
{
    /// <summary>Name of the section; errors name <c>Decode:Member</c>.</summary>
    public const string Section = "Decode";

    /// <summary>Videos decoded at a time, 1 to 64; default 2, so that one slow video holds up no other.</summary>
    [Range(1, 64, ErrorMessage = "must be from {1} to {2}")]
    public int Concurrency { get; init; } = 2;

    /// <summary>Width and height of the frames in pixels, 1 to 4,096: what the featurizers' model takes; default 224.</summary>
    [Range(1, 4096, ErrorMessage = "must be from {1} to {2}")]
    public int FrameSide { get; init; } = 224;
}
