using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Model.Weights;

namespace TcMgc.Training;

/// <summary>R@1 in percent of a model on validation videos.</summary>
public delegate double Validation(VideoTextModel model, CancellationToken cancel);

/// <summary>
/// A training run in a folder: run.json (its plan), checkpoints, metrics.jsonl, curves.svg and, at the end, model/, the weights
/// that validated best. An interrupted run continues from its last checkpoint and gives the same weights.
/// </summary>
public sealed class TrainingRun
{
    private const string PlanFile = "run.json", MetricsFile = "metrics.jsonl", CurvesFile = "curves.svg", ModelName = "model";
    private static readonly TimeSpan s_checkpointEvery = TimeSpan.FromMinutes(5);

    private readonly string _folder;
    private readonly TrainingPlan _plan;
    private readonly TimeProvider _time;
    private readonly TrainingCheckpoint _checkpoint;

    /// <summary>Starts a run, or opens the one in the folder.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="plan">Model, options and data.</param>
    /// <param name="time">Clock; the system's by default.</param>
    /// <exception cref="ModelException">The folder holds a run with another plan, or something else.</exception>
    public TrainingRun(string folder, TrainingPlan plan, TimeProvider? time = null)
    {
        _folder = Path.GetFullPath(folder);
        _plan = plan;
        _time = time ?? TimeProvider.System;
        plan.Config.Validate();
        plan.Options.Validate();
        var planPath = Path.Combine(_folder, PlanFile);
        if (TrainingPlan.Read(planPath) is { } begun)
        {
            string[] differences = [.. plan.DifferencesFrom(begun)];
            if (differences.Length > 0)
                throw new ModelException(
                    $"{folder}: holds a run with other settings ({string.Join("; ", differences)}); choose another --out, or "
                        + "remove it");
            _plan = begun;
        }
        else
        {
            ModelFolder.RequireFree(_folder);
            Directory.CreateDirectory(_folder);
            plan.Write(planPath);
        }
        _checkpoint = new(_folder);
    }

    /// <summary>Interval of the log: the steps of about this time are averaged into one line. Default 1 s.</summary>
    public TimeSpan LogEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The finished model; null while the run is not finished.</summary>
    public ModelFolder? Finished => ModelFolder.IsModel(ModelPath) ? ModelFolder.Open(ModelPath) : null;

    /// <summary>Path of the plot of the curves.</summary>
    public string CurvesPath => Path.Combine(_folder, CurvesFile);

    private string ModelPath => Path.Combine(_folder, ModelName);

    /// <summary>Trains to the end.</summary>
    /// <param name="source">The training pairs.</param>
    /// <param name="initial">Every parameter's value before the first step.</param>
    /// <param name="tokenizer">Folder of the tokenizer's files.</param>
    /// <param name="validate">Measures the model after each epoch; null keeps the last weights.</param>
    /// <param name="engine">Where to run.</param>
    /// <param name="progress">Receives the lines of metrics.jsonl. Optional.</param>
    /// <param name="cancel">Ends training after the current step; a checkpoint is written.</param>
    /// <exception cref="ModelException">There are fewer videos than a batch needs, or training diverged.</exception>
    public ModelFolder Run(
        PairSource source, IEnumerable<TensorSource> initial, string tokenizer, Validation? validate, ComputeOptions engine,
        IProgress<MetricsLine>? progress, CancellationToken cancel)
    {
        if (Finished is { } done)
            return done;
        var options = _plan.Options;
        var ends = EndsOfEpochs(source);
        if (ends[0] == 0)
            throw new ModelException(
                $"{source.Pairs.DistinctBy(pair => pair.Video).Count()} training videos with captions are fewer than a step "
                    + $"needs: batch {options.Batch} × accumulate {options.Accumulate}; lower --batch");
        using var trainer = new Trainer(_plan.Config, options, initial, engine);
        var position = _checkpoint.Latest() ?? TrainingPosition.Start;
        if (position.Step > 0)
            _checkpoint.Restore(trainer, position.Step);
        var log = new MetricsLog(Path.Combine(_folder, MetricsFile), position.Step);
        var recorder = new StepRecorder(log, progress, _time, LogEvery);
        var (total, saved) = (ends[^1], _time.GetTimestamp());
        while (position.JudgedStep < total)
        {
            var epoch = ends.Count(judged => judged <= position.JudgedStep);
            var (begin, end) = (position.JudgedStep, ends[epoch]);
            foreach (var batches in StepsOf(source, epoch).Skip((int)(position.Step - begin)))
            {
                if (cancel.IsCancellationRequested)
                {
                    _checkpoint.Write(trainer, position);
                    cancel.ThrowIfCancellationRequested();
                }
                var begun = _time.GetTimestamp();
                var step = trainer.Step(source, batches, position.Step, total, CancellationToken.None);
                var seconds = _time.GetElapsedTime(begun).TotalSeconds;
                position = position with { Step = position.Step + 1, Seconds = position.Seconds + seconds };
                recorder.Add(step, position.Step, epoch + ((double)(position.Step - begin) / (end - begin)),
                    batches.Sum(batch => batch.Length), seconds,
                    options.LearningRate * LearningRate.Factor(position.Step - 1, total, options.Warmup),
                    last: position.Step == end);
                if (_time.GetElapsedTime(saved) > s_checkpointEvery && position.Step < end)
                {
                    _checkpoint.Write(trainer, position);
                    saved = _time.GetTimestamp();
                }
            }
            position = EndEpoch(trainer, position, epoch + 1, validate, tokenizer, engine, log, progress, cancel);
            saved = _time.GetTimestamp();
        }
        return Finish(position, tokenizer);
    }

    private TrainingPosition EndEpoch(
        Trainer trainer, TrainingPosition position, int epoch, Validation? validate, string tokenizer,
        ComputeOptions engine, MetricsLog log, IProgress<MetricsLine>? progress, CancellationToken cancel)
    {
        _checkpoint.Write(trainer, position);
        if (validate is null)
            position = position with { BestStep = position.Step, JudgedStep = position.Step };
        else
        {
            using var model = new VideoTextModel($"step-{position.Step}", _plan.Config,
                WeightFile.Open(_checkpoint.WeightsAt(position.Step)), Tokenizer.Load(tokenizer), engine);
            var recall = validate(model, cancel);
            var line = new MetricsLine(position.Step, epoch) { RecallAt1 = recall };
            log.Add(line);
            progress?.Report(line);
            position = position with { JudgedStep = position.Step };
            if (recall >= (position.BestRecall ?? 0))
                position = position with { BestStep = position.Step, BestRecall = recall };
        }
        _checkpoint.RecordValidation(position);
        Curves.Write(CurvesPath, log.Lines);
        return position;
    }

    private ModelFolder Finish(TrainingPosition position, string tokenizer)
    {
        var best = position.BestStep ?? position.Step;
        using var weights = WeightFile.Open(_checkpoint.WeightsAt(best));
        return ModelFolder.Write(ModelPath, Path.GetFileName(_folder), _plan.Config, weights.Sources(),
            folder => Tokenizer.CopyFiles(tokenizer, folder),
            new(_plan.Command, _time.GetUtcNow())
            {
                Training = new(_plan.Data, _plan.Options.Seed, _plan.Options.Epochs, position.Step,
                    Math.Round(position.Seconds / 60, 1), position.BestRecall),
            });
    }

    /// <summary>The last step of each epoch. Epochs may differ by a batch, because their orders do.</summary>
    private long[] EndsOfEpochs(PairSource source)
    {
        var ends = new long[_plan.Options.Epochs];
        for (var epoch = 0; epoch < ends.Length; epoch++)
            ends[epoch] = (epoch == 0 ? 0 : ends[epoch - 1]) + StepsOf(source, epoch).Count;
        return ends;
    }

    /// <summary>The batches of each step of an epoch.</summary>
    private List<int[][]> StepsOf(PairSource source, int epoch)
    {
        var options = _plan.Options;
        var random = new Random(Seed.Of(options.Seed, -1 - epoch));
        return [.. PairOrder.Batches(source.Pairs, options.Batch, options.CaptionsPerVideo, random).Chunk(options.Accumulate)
            .Where(step => step.Length == options.Accumulate)];
    }
}
