using System.Diagnostics;
using TcMgc.Model;
using TcMgc.Shared;

namespace TcMgc.Cli.Benchmarks;

/// <summary>How long a model takes for one thing.</summary>
/// <param name="Work">What was measured.</param>
/// <param name="Milliseconds">Of each round.</param>
/// <param name="Each">The median for one frame, text or candidate.</param>
/// <param name="Rounds">How often it was done.</param>
internal sealed record ModelSpeed(string Work, Percentiles Milliseconds, double Each, int Rounds);

/// <summary>Runs the parts of a model on random input for some seconds each.</summary>
internal sealed class ModelBenchmark(VideoTextModel model, TimeSpan time, CancellationToken cancel)
{
    private const string Sentence = "a red circle moves to the left while a small dog looks at it";

    private readonly Random _random = new(1);

    /// <summary>Frames of one batch through the frame encoder.</summary>
    public ModelSpeed Frames(int batch)
    {
        var (pixels, embeddings) = (new byte[batch * model.FrameBytes], new float[batch * model.Width]);
        _random.NextBytes(pixels);
        return Measure($"{batch} frames", batch, () => model.EncodeFrames(pixels, batch, embeddings, cancel));
    }

    /// <summary>A sentence through the text encoder.</summary>
    public ModelSpeed Text() => Measure("1 text", 1, () => model.EncodeText(Sentence, cancel));

    /// <summary>A sentence scored with candidates.</summary>
    public ModelSpeed Candidates(int count) =>
        Measure($"{count} candidates", count, Scoring(count, model.EncodeText(Sentence, cancel)));

    /// <summary>
    /// Clients that each encode a sentence and score candidates again and again, while another thread encodes frames.
    /// </summary>
    public ModelSpeed[] Together(int clients, int candidates, int batch)
    {
        var score = Scoring(candidates, model.EncodeText(Sentence, cancel));
        var (pixels, embeddings) = (new byte[batch * model.FrameBytes], new float[batch * model.Width]);
        using var asked = new ManualResetEventSlim();
        var frames = OnItsOwnThread(() =>
        {
            BackgroundPriority.Enter(); // As the featurizer does.
            var rounds = new List<double>();
            do
                rounds.Add(TimeOf(() => model.EncodeFrames(pixels, batch, embeddings, cancel)));
            while (!asked.IsSet);
            return rounds;
        });
        var queries = Enumerable.Range(0, clients).Select(_ => OnItsOwnThread(() => Times(() =>
        {
            model.EncodeText(Sentence, cancel);
            score();
        }))).ToArray();
        try
        {
            Task.WhenAll(queries).GetAwaiter().GetResult();
        }
        finally
        {
            asked.Set();
        }
        return
        [
            Speed($"{clients} querying", 1, [.. queries.SelectMany(query => query.Result)]),
            Speed($"{batch} frames beside", batch, frames.GetAwaiter().GetResult()),
        ];
    }

    private static Task<T> OnItsOwnThread<T>(Func<T> run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private Action Scoring(int count, TextFeatures text)
    {
        var (frames, mask) = (new float[count * model.SegmentFrames * model.Width], new float[count * model.SegmentFrames]);
        foreach (ref var value in frames.AsSpan())
            value = _random.NextSingle() - 0.5f;
        mask.AsSpan().Fill(1);
        var (vectors, features) = (new float[count * model.Width], new float[frames.Length]);
        model.EncodeVideo(frames, mask, count, vectors, features, cancel);
        return () =>
        {
            using var candidates = model.Candidates(count);
            vectors.AsSpan(0, candidates.Vectors.Length).CopyTo(candidates.Vectors);
            features.AsSpan(0, candidates.Features.Length).CopyTo(candidates.Features);
            mask.AsSpan(0, candidates.Mask.Length).CopyTo(candidates.Mask);
            candidates.Score([text], cancel: cancel);
        };
    }

    private ModelSpeed Measure(string work, int count, Action run) => Speed(work, count, Times(run));

    private static ModelSpeed Speed(string work, int count, List<double> rounds)
    {
        var milliseconds = Percentiles.Of(rounds);
        return new(work, milliseconds, milliseconds.P50 / count, rounds.Count);
    }

    private List<double> Times(Action run)
    {
        run();
        run();
        var rounds = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        while (rounds.Count < 3 || Stopwatch.GetElapsedTime(begun) < time)
            rounds.Add(TimeOf(run));
        return rounds;
    }

    private static double TimeOf(Action run)
    {
        var begun = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
