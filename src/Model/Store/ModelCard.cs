using System.Text.Json;
using System.Text.Json.Serialization;
using TcMgc.Model.Calibration;

namespace TcMgc.Model.Store;

/// <summary>model.json: everything about a model but its weights.</summary>
public sealed record ModelCard
{
    /// <summary>The version of this format that is written and read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What it knows, and what it does not, in one sentence for people; null where nobody said.</summary>
    public string? About { get; init; }

    /// <summary>Sizes and head.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>How frames are made before they are encoded.</summary>
    public Preprocessing Preprocessing { get; init; } = new();

    /// <summary>Files of the tokenizer in the folder.</summary>
    public IReadOnlyList<string> Tokenizer { get; init; } = [];

    /// <summary>Where it comes from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Its weight file.</summary>
    public required WeightsInfo Weights { get; init; }

    /// <summary>What its scores are worth; null where that was not measured.</summary>
    public ScoreCalibration? Calibration { get; init; }
}

/// <summary>Frames are resized (shorter side to the model's size, bicubic), centre-cropped and normalised by channel.</summary>
public sealed record Preprocessing
{
    /// <summary>Resampling filter.</summary>
    public string Resize { get; init; } = "bicubic";

    /// <summary>What is cut out of the resized frame.</summary>
    public string Crop { get; init; } = "center";

    /// <summary>Channel means of pixels in 0…1.</summary>
    public IReadOnlyList<float> Mean { get; init; } = Clip.ImageEncoder.Mean;

    /// <summary>Channel deviations of pixels in 0…1.</summary>
    public IReadOnlyList<float> Deviation { get; init; } = Clip.ImageEncoder.Deviation;

    /// <summary>Whether this is what the product does: it has one way.</summary>
    [JsonIgnore]
    public bool IsSupported => new Preprocessing() is var own && Resize == own.Resize && Crop == own.Crop
        && Mean.SequenceEqual(own.Mean) && Deviation.SequenceEqual(own.Deviation);
}

/// <summary>Where a model comes from.</summary>
/// <param name="Command">The command that made it.</param>
/// <param name="Created">When.</param>
/// <param name="Source">The file it was made from; null for a model of our own making.</param>
/// <param name="SourceSha256">That file's SHA-256, lower-case hex.</param>
public sealed record Provenance(string Command, DateTimeOffset Created, string? Source = null, string? SourceSha256 = null)
{
    /// <summary>How it was trained here; null for a model that came trained, or untrained.</summary>
    public TrainingRecord? Training { get; init; }
}

/// <summary>How a model was trained.</summary>
/// <param name="Data">What on.</param>
/// <param name="Seed">Seed of weights, order and dropout.</param>
/// <param name="Epochs">Times every pair was seen.</param>
/// <param name="Steps">Steps of the optimizer.</param>
/// <param name="Minutes">Time spent in steps.</param>
/// <param name="ValidationRecallAt1">Text → video R@1 on the validation videos, in percent; null where there were none.</param>
public sealed record TrainingRecord(
    string Data, int Seed, int Epochs, long Steps, double Minutes, double? ValidationRecallAt1 = null);

/// <summary>The weight file.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, lower-case hex.</param>
/// <param name="Parameters">Numbers in it.</param>
public sealed record WeightsInfo(string File, long Bytes, string Sha256, long Parameters);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class ModelCardJson : JsonSerializerContext;
