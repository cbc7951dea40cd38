using System.Globalization;
using System.Text.Json;
using TcMgc.Model.Weights;

namespace TcMgc.Training;

/// <summary>Progress of a run.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="BestStep">Step with the best validation; null before the first one.</param>
/// <param name="BestRecall">Its validation R@1, in percent.</param>
/// <param name="Seconds">Time of all steps so far.</param>
/// <param name="JudgedStep">The last step that was validated, at the end of an epoch.</param>
internal sealed record TrainingPosition(long Step, long? BestStep, double? BestRecall, double Seconds, long JudgedStep)
{
    public static TrainingPosition Start { get; } = new(0, null, null, 0, 0);
}

/// <summary>
/// The folders <c>checkpoint-&lt;step&gt;</c> of a run. Each appears complete; only the latest and the best are kept.
/// </summary>
internal sealed class TrainingCheckpoint(string run)
{
    private const string Prefix = "checkpoint-", WeightsFile = "weights.safetensors", MomentsFile = "moments.safetensors",
        PositionFile = "position.json";

    /// <summary>Path of the weights of a step.</summary>
    public string WeightsAt(long step) => Path.Combine(Folder(step), WeightsFile);

    /// <summary>Position of the latest checkpoint; null where there is none.</summary>
    public TrainingPosition? Latest() => Steps() is [.., var step]
        ? JsonSerializer.Deserialize(
            File.ReadAllBytes(Path.Combine(Folder(step), PositionFile)), TrainingJson.Default.TrainingPosition)
        : null;

    /// <summary>Loads the weights and moments of a step into a trainer.</summary>
    public void Restore(Trainer trainer, long step)
    {
        using var weights = WeightFile.Open(WeightsAt(step));
        using var moments = WeightFile.Open(Path.Combine(Folder(step), MomentsFile));
        trainer.Restore(weights, moments);
    }

    /// <summary>Writes a checkpoint; replaces one of the same step.</summary>
    public void Write(Trainer trainer, TrainingPosition position)
    {
        var partial = Folder(position.Step) + ".partial";
        Directory.CreateDirectory(partial);
        SafetensorsWriter.Write(Path.Combine(partial, WeightsFile), trainer.Weights());
        SafetensorsWriter.Write(Path.Combine(partial, MomentsFile), trainer.Moments());
        WritePosition(partial, position);
        if (Directory.Exists(Folder(position.Step)))
            Directory.Delete(Folder(position.Step), recursive: true);
        Directory.Move(partial, Folder(position.Step));
    }

    /// <summary>
    /// Writes the result of a validation to the latest checkpoint, and removes those that are neither the latest nor the best.
    /// </summary>
    public void RecordValidation(TrainingPosition position)
    {
        WritePosition(Folder(position.Step), position);
        foreach (var step in Steps().Where(step => step != position.Step && step != position.BestStep))
            Directory.Delete(Folder(step), recursive: true);
    }

    private static void WritePosition(string folder, TrainingPosition position)
    {
        var path = Path.Combine(folder, PositionFile);
        File.WriteAllBytes(
            path + ".partial", JsonSerializer.SerializeToUtf8Bytes(position, TrainingJson.Default.TrainingPosition));
        File.Move(path + ".partial", path, overwrite: true);
    }

    private string Folder(long step) => Path.Combine(run, Prefix + step.ToString("D8", CultureInfo.InvariantCulture));

    private long[] Steps() => [.. Directory.EnumerateDirectories(run, Prefix + "*")
        .Select(path => long.TryParse(
            Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1)
        .Where(step => step >= 0).Order()];
}
