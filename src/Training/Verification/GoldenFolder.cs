using System.Text.Json;
using TcMgc.Model;
using TcMgc.Model.Checkpoints;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Training.Verification;

/// <summary>Differences between a model's tensors and the reference's, for one weight file.</summary>
/// <param name="Weights">Name of the weight file.</param>
/// <param name="Errors">Every expected tensor, in the order of the file.</param>
public sealed record VerificationReport(string Weights, IReadOnlyList<TensorError> Errors);

/// <summary>
/// A folder with weights, inputs.safetensors, expected.safetensors and config.json: a model of any checkpoint layout with
/// recorded inputs and outputs, among them losses and gradients.
/// </summary>
public static class GoldenFolder
{
    private const string ConfigFile = "config.json", InputsFile = "inputs.safetensors", ExpectedFile = "expected.safetensors";

    /// <summary>Compares every tensor of expected.safetensors, once for each weight file in the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tolerances">The largest accepted errors.</param>
    /// <param name="options">Where to run.</param>
    /// <exception cref="ModelException">A file is missing or damaged, or no module produces an expected
    /// tensor.</exception>
    public static IReadOnlyList<VerificationReport> Verify(string folder, Tolerances tolerances, ComputeOptions options)
    {
        using var inputs = WeightFile.Open(Path.Combine(folder, InputsFile));
        using var expected = WeightFile.Open(Path.Combine(folder, ExpectedFile));
        var settings = Settings.Read(Path.Combine(folder, ConfigFile));
        string[] files = [.. Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file) is ".safetensors" or ".bin" or ".pt"
            && Path.GetFileName(file) is not (InputsFile or ExpectedFile))
            .Order(StringComparer.Ordinal)];
        return files.Length == 0
            ? throw new ModelException($"{folder}: has no weights (.safetensors, .bin or .pt) beside {ExpectedFile}")
            : [.. files.Select(file => new VerificationReport(
                Path.GetFileName(file), Compare(file, settings, inputs, expected, tolerances, options)))];
    }

    private static IReadOnlyList<TensorError> Compare(
        string file, Settings settings, WeightFile inputs, WeightFile expected, Tolerances tolerances,
        ComputeOptions options)
    {
        using var checkpoint = CheckpointReader.Open(file);
        var scratch = Directory.CreateTempSubdirectory("tcmgc-verify-");
        try
        {
            var path = Path.Combine(scratch.FullName, ModelFolder.WeightsFile);
            checkpoint.WriteTo(path);
            using var weights = WeightFile.Open(path);
            var config = settings.Config(checkpoint);
            return Golden.Compare(config, settings.SdrWeight ?? 0, weights, inputs, expected, tolerances, options);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Settings in config.json that the shapes of the weights do not determine.</summary>
    private sealed record Settings(int? Words, int? Frames, double? KeepRate, int? AttentionHeads, double? SdrWeight)
    {
        private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        public static Settings Read(string path)
        {
            try
            {
                return JsonSerializer.Deserialize<Settings>(File.ReadAllText(path), s_json)
                    ?? throw new ModelException($"{path}: is empty");
            }
            catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
            {
                throw new ModelException($"{path}: cannot be read: {error.Message}", error);
            }
        }

        /// <summary>
        /// The configuration from shapes and settings. The reference attends as the published code does, without a mask.
        /// </summary>
        public ModelConfig Config(Checkpoint checkpoint)
        {
            var inference = new ConfigInference(checkpoint.Path, checkpoint.Architecture(), checkpoint.Tensors);
            var config = inference.Config(
                new() { Head = "tcmgc", Words = Words, Frames = Frames, KeepRate = KeepRate, AttentionHeads = AttentionHeads });
            return config with { MaskedAttention = false };
        }
    }
}
