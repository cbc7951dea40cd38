using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Model.Weights;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training;

/// <summary>The model that training starts from.</summary>
/// <param name="Config">Sizes and head.</param>
/// <param name="Tokenizer">Folder of the tokenizer's files.</param>
/// <param name="Model">The model whose weights are used; null for random weights.</param>
/// <param name="EncodersOnly">Whether only CLIP's weights are used: temporal encoder and head start random.</param>
internal sealed record TrainingStart(ModelConfig Config, string Tokenizer, ModelFolder? Model, bool EncodersOnly = false);

/// <summary>Prepares and runs a training: decodes frames, freezes features, learns the tokenizer, shows progress.</summary>
internal sealed class TrainingSession(
    Dataset dataset, string output, string cache, ComputeOptions engine, IProgressLines progress, TimeProvider time)
{
    private readonly DatasetFrames _frames = new(new MediaOptions(), cache);

    /// <summary>Random weights, with the given tokenizer or one learnt from training captions.</summary>
    public TrainingStart Untrained(ClipArchitecture architecture, string? tokenizer, int vocabulary, Dataset vocabularyFrom)
    {
        if (tokenizer is null)
        {
            tokenizer = Path.Combine(cache, $"vocabulary-{vocabulary}-{DatasetFrames.Key(vocabularyFrom.Train)}");
            if (!Tokenizer.IsIn(tokenizer))
                Tokenizer.WriteLearntVocabulary(tokenizer, vocabularyFrom.Train.SelectMany(video => video.Captions), vocabulary);
        }
        var clip = architecture with { Text = architecture.Text with { Vocabulary = Tokenizer.Load(tokenizer).VocabularySize } };
        var defaults = new ModelConfig { Clip = clip, Head = "tcmgc" };
        return new(defaults with { Words = Math.Min(defaults.Words, clip.Text.Context) }, tokenizer, null);
    }

    /// <summary>The weights, sizes and tokenizer of a model.</summary>
    public static TrainingStart From(ModelFolder model) => new(model.Card.Config, model.Path, model);

    /// <summary>Trains, or continues an interrupted run.</summary>
    public async Task<ModelFolder> TrainAsync(
        TrainingStart start, TrainingOptions options, string command, CancellationToken cancel)
    {
        var config = start.Config;
        if (dataset.Train.Count == 0)
            throw new ModelException($"{dataset.Root}: has no training videos");
        if (dataset.Missing.Count > 0)
            progress.Say(
                $"{dataset.Root}: {dataset.Missing.Count:N0} annotated videos have no file and are left out: "
                + $"{string.Join(", ", dataset.Missing.Take(5))}{(dataset.Missing.Count > 5 ? ", …" : "")}");
        var run = new TrainingRun(output, new()
        {
            Command = command,
            Config = config,
            Options = options,
            Data = $"{dataset.Name} {DatasetFrames.Key(dataset.Train)}",
            Precision = PrecisionChoice.ForTraining(engine),
            Init = start.Model?.Id,
        }, time);
        if (run.Finished is { } finished)
        {
            progress.Say($"{output}: this run is finished");
            return finished;
        }
        using var frames = await _frames.OpenAsync(dataset.Train, config, progress, cancel);
        using var validationFrames = dataset.Validation.Count > 0
            ? await _frames.OpenAsync(dataset.Validation, config, progress, cancel) : null;
        using var encoders = options.Freeze == Freeze.None ? null : start.Model!.Load(engine);
        using var embeddings = encoders is null ? null : Embed(dataset.Train, frames, encoders, cancel);
        using var validationEmbeddings = encoders is null || validationFrames is null
            ? null : Embed(dataset.Validation, validationFrames, encoders, cancel);
        using var source = Source(config, options, start, frames, embeddings, encoders, cancel);
        progress.Say(
            $"{source.Pairs.Count:N0} pairs of {dataset.Train.Count:N0} videos; "
            + (dataset.Validation.Count > 0
                ? $"validated on {dataset.Validation.Count:N0}" : "no validation videos: the last weights are kept"));
        var initial = Initial(start, config, options.Seed);
        Validation? validate = validationFrames is null ? null
            : (model, stop) => Evaluator.TextToVideoRecallAt1(
                model, dataset.Validation, validationFrames, validationEmbeddings, stop);
        try
        {
            return await Task.Run(
                () => run.Run(source, initial.Sources, start.Tokenizer, validate, engine, new Lines(progress, options.Epochs),
                    cancel), CancellationToken.None);
        }
        finally
        {
            initial.File?.Dispose();
        }
    }

    private PairSource Source(
        ModelConfig config, TrainingOptions options, TrainingStart start, FrameStore frames, EmbeddingStore? embeddings,
        VideoTextModel? encoders, CancellationToken cancel) => options.Freeze switch
        {
            Freeze.None => PairSource.Pixels(config, dataset.Train, frames, Tokenizer.Load(start.Tokenizer)),
            Freeze.Frames => PairSource.FrozenFrames(config, dataset.Train, embeddings!, Tokenizer.Load(start.Tokenizer)),
            _ => PairSource.Frozen(config, dataset.Train, embeddings!,
                _frames.CachePath($"texts-{DatasetFrames.Key(dataset.Train)}-{encoders!.Id}.rows"),
                DatasetFrames.Key(dataset.Train), encoders,
                Counted("encoding captions", dataset.Train.Sum(video => video.Captions.Count)), cancel),
        };

    private EmbeddingStore Embed(
        IReadOnlyList<CaptionedVideo> videos, FrameStore frames, VideoTextModel encoders, CancellationToken cancel)
    {
        var key = DatasetFrames.Key(videos);
        return EmbeddingStore.Open(_frames.CachePath($"embeddings-{key}-{encoders.Id}.rows"), frames, key, encoders,
            Counted("encoding the frames of videos", videos.Count), cancel);
    }

    private Reporting<int> Counted(string what, int total) =>
        new(done => progress.Show($"{what}: {done:N0} of {total:N0}", done, total));

    /// <summary>The weights of the start model, and random ones for parameters that it lacks.</summary>
    private (IEnumerable<TensorSource> Sources, WeightFile? File) Initial(TrainingStart start, ModelConfig config, int seed)
    {
        var random = RandomWeights.Of(config, seed);
        if (start.Model is not { } model)
            return (random, null);
        model.CheckHash();
        var file = WeightFile.Open(model.WeightsPath);
        var known = file.Sources()
            .Where(source => !start.EncodersOnly || config.Encoders.Owns(source.Name))
            .ToDictionary(source => source.Name);
        TensorSource[] merged = [
            .. random.Select(source => known.TryGetValue(source.Name, out var weight) && weight.Shape.SequenceEqual(source.Shape)
                ? weight : source)];
        string[] fresh = [.. merged.Where(source => !known.ContainsValue(source)).Select(source => source.Name)];
        if (fresh.Length > 0)
            progress.Say(
                $"{fresh.Length} of {merged.Length} weights start random: "
                    + $"{string.Join(", ", fresh.Take(4))}{(fresh.Length > 4 ? ", …" : "")}");
        return (merged, file);
    }

    /// <summary>Shows steps on the replaced line, and each validation on a line that stays.</summary>
    private sealed class Lines(IProgressLines progress, int epochs) : IProgress<MetricsLine>
    {
        private MetricsLine? _last;

        public void Report(MetricsLine line)
        {
            var where = $"epoch {line.Epoch:F2} of {epochs}, step {line.Step:N0}";
            if (line.RecallAt1 is { } recall)
            {
                progress.Say($"{where}: loss {_last?.Loss:F3}, validation R@1 {recall:F1} %");
                return;
            }
            _last = line;
            progress.Show($"{where}: loss {line.Loss:F3}, {line.PairsPerSecond:F0} pairs/s", line.Epoch, epochs);
        }
    }
}
