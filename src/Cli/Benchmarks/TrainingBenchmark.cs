using System.Diagnostics;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Training;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Benchmarks;

/// <summary>How fast a head trains, and what it takes.</summary>
/// <param name="Head">The head.</param>
/// <param name="PairsPerSecond">Median over the steps, warm-up left out.</param>
/// <param name="MillisecondsPerStep">Median.</param>
/// <param name="PeakMegabytes">The process's largest working set.</param>
internal sealed record TrainingSpeed(string Head, double PairsPerSecond, double MillisecondsPerStep, double PeakMegabytes);

/// <summary>Trains a head for some steps on random pixels and words.</summary>
internal static class TrainingBenchmark
{
    private const int WarmUp = 3;

    /// <summary>Runs it in this process.</summary>
    public static TrainingSpeed Run(
        ModelConfig config, TrainingOptions options, int steps, ComputeOptions engine, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-bench-").FullName;
        try
        {
            var videos = RandomVideos(options.Batch * 2, config.Words, options.Seed);
            Tokenizer.WriteByteVocabulary(Path.Combine(folder, "tokenizer"));
            using var frames = RandomFrames(Path.Combine(folder, "frames.rows"), videos.Length, config, options.Seed);
            var start = ModelFolder.Write(Path.Combine(folder, "start"), "start", config, RandomWeights.Of(config, options.Seed),
                to => Tokenizer.CopyFiles(Path.Combine(folder, "tokenizer"), to),
                new("tcmgc bench train", TimeProvider.System.GetUtcNow()));
            using var model = options.Freeze == Freeze.None ? null : start.Load(engine);
            using var embeddings = model is null
                ? null : EmbeddingStore.Open(Path.Combine(folder, "embeddings.rows"), frames, "random", model, null, cancel);
            using var source = options.Freeze switch
            {
                Freeze.None => PairSource.Pixels(config, videos, frames, Tokenizer.Load(start.Path)),
                Freeze.Frames => PairSource.FrozenFrames(config, videos, embeddings!, Tokenizer.Load(start.Path)),
                _ => PairSource.Frozen(
                    config, videos, embeddings!, Path.Combine(folder, "texts.rows"), "random", model!, null, cancel),
            };
            var lines = new Collected();
            var perEpoch = videos.Length / options.Batch;
            var plan = new TrainingPlan
            {
                Command = "bench",
                Config = config,
                Data = "random",
                Options = options with { Epochs = ((steps + WarmUp) / perEpoch) + 1 }
            };
            new TrainingRun(Path.Combine(folder, "run"), plan) { LogEvery = TimeSpan.Zero }
                .Run(source, RandomWeights.Of(config, options.Seed), start.Path, null, engine, lines, cancel);
            var speed = Median(lines.PairsPerSecond.Skip(WarmUp));
            using var process = Process.GetCurrentProcess();
            return new(config.Head, speed, options.Batch / speed * 1000, process.PeakWorkingSet64 / 1e6);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static CaptionedVideo[] RandomVideos(int count, int words, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new CaptionedVideo($"{i}", $"{i}.mp4",
            [string.Join(' ', Enumerable.Range(0, words - 2).Select(_ => (char)('a' + random.Next(26))))]))];
    }

    private static FrameStore RandomFrames(string path, int videos, ModelConfig config, int seed)
    {
        var (random, side, pixels) =
            (new Random(seed), config.Clip.Vision.ImageSize,
                new byte[config.Frames * config.Clip.Vision.ImageSize * config.Clip.Vision.ImageSize * 3]);
        using (var writer = FrameStore.Create(path, "random", videos, config.Frames, side))
        {
            for (var video = 0; video < videos; video++)
            {
                random.NextBytes(pixels);
                writer.Write(video, config.Frames, pixels);
            }
            writer.Complete();
        }
        return FrameStore.TryOpen(path, "random", videos, config.Frames, side)!;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private sealed class Collected : IProgress<MetricsLine>
    {
        public List<double> PairsPerSecond { get; } = [];

        public void Report(MetricsLine value)
        {
            if (value.PairsPerSecond is { } speed)
                PairsPerSecond.Add(speed);
        }
    }
}
