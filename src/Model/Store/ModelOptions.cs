using System.ComponentModel.DataAnnotations;
using TcMgc.Model.Compute;

namespace TcMgc.Model.Store;

/// <summary>The model that a service loads and the device it runs on; keys at the root of the configuration.</summary>
public sealed record ModelOptions
{
    /// <summary>Folder of the model, or its name among <see cref="Models"/>; default none.</summary>
    public string? Model { get; init; }

    /// <summary>Folder that holds models; default <c>models</c> below the working folder.</summary>
    [Required(ErrorMessage = "is empty; it must be a folder of models")]
    public string Models { get; init; } = "models";

    /// <summary>
    /// Address of the hub that models are downloaded from, over HTTPS (HTTP from this machine itself); default the public one.
    /// </summary>
    public string? Hub { get; init; }

    /// <summary>Device: <c>cpu</c>, the default, or <c>cuda</c>.</summary>
    [RegularExpression("(?i)cpu|cuda", ErrorMessage = "must be cpu or cuda")]
    public string Device { get; init; } = "cpu";

    /// <summary>Index of the GPU, 0 to 63; default 0.</summary>
    [Range(0, 63, ErrorMessage = "must be from {1} to {2}")]
    public int DeviceId { get; init; }

    /// <summary>Threads of one operator on the CPU, 0 to 1,024; default 0, for one per core.</summary>
    [Range(0, 1024, ErrorMessage = "must be from {1} to {2}")]
    public int Threads { get; init; }

    /// <summary>
    /// Precision of the encoders: <c>auto</c>, the default, <c>float32</c>, <c>bfloat16</c> or <c>float16</c>.
    /// </summary>
    [RegularExpression("(?i)auto|float32|bfloat16|float16", ErrorMessage = "must be auto, float32, bfloat16 or float16")]
    public string Precision { get; init; } = "auto";

    /// <summary>Where and with what numbers the model computes.</summary>
    public ComputeOptions ToCompute() => new()
    {
        Device = Enum.Parse<Device>(Device, ignoreCase: true),
        DeviceId = DeviceId,
        Threads = Threads,
        Precision = Enum.Parse<Precision>(Precision, ignoreCase: true),
    };

    /// <summary>Loads the model that is named.</summary>
    /// <exception cref="ModelException">None is named, or it cannot be loaded; the message begins with the key.</exception>
    public VideoTextModel Load()
    {
        if (Model is not { Length: > 0 } name)
            throw new ModelException(
                "Model is not set; it must be the folder of a model, or the name of one in the folder Models");
        try
        {
            return ModelFolder.Find(name, Models).Load(ToCompute());
        }
        catch (ModelException error)
        {
            throw new ModelException($"Model: {error.Message}", error);
        }
    }
}
