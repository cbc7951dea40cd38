using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Tests;

/// <summary>A small dataset of videos of one plain colour each, described by two words.</summary>
internal sealed class ColouredVideos : IDisposable
{
    public const int Videos = 12, Side = 16, Frames = 3;

    private static readonly string[] s_tones = ["dark", "bright"],
        s_colours = ["red", "green", "blue", "yellow", "violet", "grey"];
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-test-").FullName;

    public ColouredVideos()
    {
        Captioned = [
            .. Enumerable.Range(0, Videos)
                .Select(v => new CaptionedVideo(
                    $"v{v}", $"v{v}.mp4", [$"{s_tones[v / 6]} {s_colours[v % 6]}", $"a {s_tones[v / 6]} {s_colours[v % 6]}"]))];
        Tokenizer.WriteLearntVocabulary(TokenizerFolder, Captioned.SelectMany(v => v.Captions), 600);
        var clip = new ClipArchitecture(32, new(Side, 8, 64, 1), new(8, Tokenizer.Load(TokenizerFolder).VocabularySize, 64, 1));
        Config = new() { Clip = clip, Head = "tcmgc", Words = 8, Frames = Frames, TemporalLayers = 1 };
        Store = Fill();
    }

    public ModelConfig Config { get; }

    public IReadOnlyList<CaptionedVideo> Captioned { get; }

    public FrameStore Store { get; }

    public string TokenizerFolder => Path.Combine(_folder, "tokenizer");

    public static TrainingOptions Options { get; } = new()
    {
        Epochs = 3,
        Batch = 4,
        LearningRate = 1e-3,
        ClipLearningRate = 1e-3,
        WeightDecay = 0.01,
        RandomFrames = true,
        Seed = 5,
    };

    public string Folder(string name) => Path.Combine(_folder, name);

    public PairSource Pairs(ModelConfig? config = null) =>
        PairSource.Pixels(config ?? Config, Captioned, Store, Tokenizer.Load(TokenizerFolder));

    public TrainingRun Run(string name, TrainingOptions options, ModelConfig? config = null) =>
        new(Folder(name),
            new() { Command = "test", Config = config ?? Config, Options = options, Data = "coloured" })
        {
            LogEvery =
            TimeSpan.Zero
        };

    /// <summary>Trains to the end, or until the steps run out.</summary>
    public ModelFolder Train(string name, TrainingOptions options, ModelConfig? config = null, int stopAfterSteps = int.MaxValue,
        Validation? validate = null, Precision precision = Precision.Auto)
    {
        using var source = Pairs(config);
        using var stop = new CancellationTokenSource();
        var counter = new Counter(stopAfterSteps, stop);
        return Run(name, options, config).Run(source, RandomWeights.Of(config ?? Config, options.Seed), TokenizerFolder, validate,
            new ComputeOptions { Threads = 1, Precision = precision }, counter, stop.Token);
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private FrameStore Fill()
    {
        var (path, random) = (Folder("frames.rows"), new Random(3));
        using (var writer = FrameStore.Create(path, "coloured", Videos, 5, Side))
        {
            for (var video = 0; video < Videos; video++)
            {
                var colour = (video % 6) switch
                {
                    0 => (1, 0, 0),
                    1 => (0, 1, 0),
                    2 => (0, 0, 1),
                    3 => (1, 1, 0),
                    4 =>
                    (1, 0, 1),
                    _ => (1, 1, 1)
                };
                var level = video < 6 ? 90 : 220;
                var pixels = new byte[5 * Side * Side * 3];
                for (var i = 0; i < pixels.Length; i += 3)
                {
                    pixels[i] = (byte)((colour.Item1 * level) + random.Next(20));
                    pixels[i + 1] = (byte)((colour.Item2 * level) + random.Next(20));
                    pixels[i + 2] = (byte)((colour.Item3 * level) + random.Next(20));
                }
                writer.Write(video, 5, pixels);
            }
            writer.Complete();
        }
        return FrameStore.TryOpen(path, "coloured", Videos, 5, Side)!;
    }

    /// <summary>Stops a run at the first line of its log at or behind a step.</summary>
    private sealed class Counter(int steps, CancellationTokenSource stop) : IProgress<MetricsLine>
    {
        public void Report(MetricsLine value)
        {
            if (value.Step >= steps)
                stop.Cancel();
        }
    }
}
