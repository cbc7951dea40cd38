using System.ComponentModel.DataAnnotations;

namespace TcMgc.Shared.Configuration;

/// <summary>Which model a service loads, and where it runs; keys at the root of the configuration.</summary>
public sealed record ModelOptions
{
    /// <summary>Folder of the model, or its name among <see cref="Models"/>; default none.</summary>
    public string? Model { get; init; }

    /// <summary>Folder that holds models; default <c>models</c> below the working folder.</summary>
    [Required(ErrorMessage = "is empty; it must be a folder of models")]
    public string Models { get; init; } = "models";

    /// <summary>Where it runs: <c>cpu</c>, the default, or <c>cuda</c>.</summary>
    [RegularExpression("(?i)cpu|cuda", ErrorMessage = "must be cpu or cuda")]
    public string Device { get; init; } = "cpu";

    /// <summary>Which GPU, 0, the default, to 63.</summary>
    [Range(0, 63, ErrorMessage = "must be from {1} to {2}")]
    public int DeviceId { get; init; }

    /// <summary>Threads of one operator on the processor, 0 to 1,024; 0, the default, stands for one a core.</summary>
    [Range(0, 1024, ErrorMessage = "must be from {1} to {2}")]
    public int Threads { get; init; }

    /// <summary>
    /// Numbers that encoders compute with: <c>auto</c>, the default, <c>float32</c>, <c>bfloat16</c> or <c>float16</c>.
    /// </summary>
    [RegularExpression("(?i)auto|float32|bfloat16|float16", ErrorMessage = "must be auto, float32, bfloat16 or float16")]
    public string Precision { get; init; } = "auto";
}
