using System.Text.Json;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Comparison;

/// <summary>Metrics of one variant with one seed, on the test videos with this key.</summary>
internal sealed record Outcome(
    string Variant, int Seed, string TestVideos, RetrievalMetrics TextToVideo, RetrievalMetrics VideoToText, long HeadParameters,
    double MillisecondsPer1000Pairs, double TrainingMinutes);

/// <summary>
/// Trains and measures every variant on the same frozen encoders, pairs and seeds. Each run keeps its result in its folder, so
/// that an interrupted comparison can be continued.
/// </summary>
internal sealed class Comparison(
    Dataset dataset, ModelFolder encoders, int? framesEach, string output, string cache, ComputeOptions engine,
    IProgressLines progress, TimeProvider time)
{
    private const string OutcomeFile = "test.json";
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <returns>All outcomes, seed by seed in the order of the variants.</returns>
    public async Task<IReadOnlyList<Outcome>> RunAsync(
        IReadOnlyList<Variant> variants, IReadOnlyList<int> seeds, TrainingOptions options, CancellationToken cancel)
    {
        using var frames = await new DatasetFrames(new(), cache).OpenAsync(dataset.Test, encoders.Card.Config, progress, cancel);
        using var model = encoders.Load(engine);
        var key = DatasetFrames.Key(dataset.Test);
        using var embeddings =
            EmbeddingStore.Open(Path.Combine(cache, $"embeddings-{key}-{model.Id}.rows"), frames, key, model, null, cancel);
        var outcomes = new List<Outcome>();
        foreach (var seed in seeds)
            foreach (var variant in variants)
            {
                var outcome = await RunOneAsync(variant, seed, options, frames, embeddings, cancel);
                outcomes.Add(outcome);
                var found = outcome.TextToVideo;
                progress.Say(
                    $"{outcomes.Count} of {variants.Count * seeds.Count}: {variant.Name}, seed {seed}: R@1 {found.RecallAt1:F1}, "
                    + $"R@5 {found.RecallAt5:F1}, R@10 {found.RecallAt10:F1}");
            }
        return outcomes;
    }

    private async Task<Outcome> RunOneAsync(
        Variant variant, int seed, TrainingOptions options, FrameStore frames, EmbeddingStore embeddings,
        CancellationToken cancel)
    {
        var folder = Path.Combine(output, $"{variant.Folder}-seed{seed}");
        var result = Path.Combine(folder, OutcomeFile);
        var testVideos = DatasetFrames.Key(dataset.Test);
        var start = TrainingSession.From(encoders) with { EncodersOnly = true };
        var config = variant.Config(start.Config with { Frames = framesEach ?? start.Config.Frames });
        var session = new TrainingSession(dataset, folder, cache, engine, progress, time);
        var trained = await session.TrainAsync(
            start with { Config = config }, (variant.Options?.Invoke(options) ?? options) with { Seed = seed },
            $"tcmgc compare ({variant.Name}, seed {seed})", cancel);
        if (File.Exists(result) && JsonSerializer.Deserialize<Outcome>(
            await File.ReadAllBytesAsync(result, cancel), s_json) is { } measured && measured.TestVideos == testVideos)
            return measured;
        using var model = trained.Load(engine);
        var scores = Evaluator.Score(model, dataset.Test, frames, embeddings, time, null, cancel);
        var pairs = (double)scores.Logits.Queries * scores.Logits.Videos;
        var outcome = new Outcome(
            variant.Name, seed, testVideos, RetrievalMetrics.TextToVideo(scores.Logits),
            RetrievalMetrics.VideoToText(scores.Logits), HeadParameters(config),
            scores.ScoringTime.TotalMilliseconds / pairs * 1000,
            trained.Card.Provenance.Training!.Minutes);
        await File.WriteAllBytesAsync(result + ".partial", JsonSerializer.SerializeToUtf8Bytes(outcome, s_json), cancel);
        File.Move(result + ".partial", result, overwrite: true);
        return outcome;
    }

    private static long HeadParameters(ModelConfig config) =>
        ParameterSpec.Of(config)
            .Where(parameter => !config.Encoders.Owns(parameter.Name)).Sum(parameter => parameter.Count);
}
