using TcMgc.Model;
using TcMgc.Model.Compute;

namespace TcMgc.Training.Tests;

public sealed class TrainingRunTests : IDisposable
{
    private readonly ColouredVideos _videos = new();

    public void Dispose() => _videos.Dispose();

    [Theory]
    [InlineData("tcmgc")]
    [InlineData("clip4clip-sequential-transformer")]
    public void Training_teaches_a_model_what_its_videos_are_called(string head)
    {
        var config = _videos.Config with { Head = head };
        var folder = _videos.Train("run", ColouredVideos.Options with { Epochs = 60, Dropout = 0.1 }, config);

        using var model = folder.Load(new() { Threads = 1 });
        Assert.All(Enumerable.Range(0, ColouredVideos.Videos),
            video => Assert.Equal(video, BestOf(model, _videos.Captioned[video].Captions[0])));
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void A_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(Precision precision)
    {
        // validated differently from epoch to epoch, so that the best one is in the middle
        static double Validate(VideoTextModel model, CancellationToken cancel) => model.Id == "step-12" ? 50 : 10;
        var whole = _videos.Train("whole", ColouredVideos.Options, validate: Validate, precision: precision);

        foreach (var stop in new[] { 2, 6, 11, 18 })
            try
            {
                _videos.Train("parts", ColouredVideos.Options, stopAfterSteps: stop, validate: Validate, precision: precision);
            }
            catch (OperationCanceledException)
            {
            }
        var parts = _videos.Train("parts", ColouredVideos.Options, validate: Validate, precision: precision);

        Assert.Equal(whole.Card.Weights.Sha256, parts.Card.Weights.Sha256);
        Assert.Equal(File.ReadLines(Path.Combine(_videos.Folder("whole"), "metrics.jsonl"))
            .Count(line => line.Contains("recallAt1", StringComparison.Ordinal)),
            File.ReadLines(Path.Combine(_videos.Folder("parts"), "metrics.jsonl"))
            .Count(line => line.Contains("recallAt1", StringComparison.Ordinal)));
    }

    // With six videos a batch, an order of twelve with two captions each fills three or four batches.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_epoch_is_validated_once_however_many_batches_its_order_fills(int seed)
    {
        var steps = new List<string>();

        _videos.Train("run", ColouredVideos.Options with { Epochs = 5, Batch = 6, Seed = seed }, validate: (model, _) =>
        {
            steps.Add(model.Id);
            return 1;
        });

        Assert.Equal(5, steps.Distinct().Count());
        Assert.Equal(5, steps.Count);
    }

    [Fact]
    public void The_weights_that_validated_best_are_kept()
    {
        var best = _videos.Train("best", ColouredVideos.Options, validate: (model, _) => model.Id == "step-6" ? 2 : 1);
        var last = _videos.Train("last", ColouredVideos.Options);

        Assert.NotEqual(last.Card.Weights.Sha256, best.Card.Weights.Sha256);
        Assert.Equal(2, best.Card.Provenance.Training!.ValidationRecallAt1);
    }

    [Fact]
    public void Weights_depend_on_the_seed()
    {
        var (first, second) = (_videos.Train("first", ColouredVideos.Options), _videos.Train("second", ColouredVideos.Options));
        var other = _videos.Train("other", ColouredVideos.Options with { Seed = 6 });

        Assert.Equal(first.Card.Weights.Sha256, second.Card.Weights.Sha256);
        Assert.NotEqual(first.Card.Weights.Sha256, other.Card.Weights.Sha256);
    }

    [Fact]
    public void A_finished_run_is_not_done_again()
    {
        var folder = _videos.Train("run", ColouredVideos.Options);
        var written = File.GetLastWriteTimeUtc(folder.WeightsPath);

        var again = _videos.Train("run", ColouredVideos.Options);

        Assert.Equal(written, File.GetLastWriteTimeUtc(again.WeightsPath));
    }

    [Fact]
    public void A_folder_with_another_run_is_refused_with_the_settings_that_differ()
    {
        _videos.Run("run", ColouredVideos.Options);

        var error = Assert.Throws<ModelException>(() => _videos.Run("run", ColouredVideos.Options with { Epochs = 4 }));

        Assert.Contains("options.epochs: 3, now 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_something_else_is_refused()
    {
        Directory.CreateDirectory(_videos.Folder("taken"));
        File.WriteAllText(Path.Combine(_videos.Folder("taken"), "thesis.txt"), "");

        var error = Assert.Throws<ModelException>(() => _videos.Run("taken", ColouredVideos.Options));

        Assert.Contains("--out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_videos_than_a_batch_are_refused_with_the_numbers()
    {
        var error = Assert.Throws<ModelException>(() => _videos.Train("run", ColouredVideos.Options with { Batch = 64 }));

        Assert.Contains("12 training videos", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverges_says_so_and_keeps_its_last_checkpoint()
    {
        var error = Assert.Throws<ModelException>(() =>
            _videos.Train(
                "run", ColouredVideos.Options with
                {
                    LearningRate = 1e30,
                    ClipLearningRate = 1e30,
                    Epochs = 20,
                    GradientNorm = 0
                }));

        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_curves_are_drawn()
    {
        _videos.Train("run", ColouredVideos.Options, validate: (_, _) => 40);

        var svg = System.Xml.Linq.XDocument.Load(Path.Combine(_videos.Folder("run"), "curves.svg"));

        Assert.All(svg.Descendants().Where(element => element.Name.LocalName == "polyline"),
            line => Assert.True(line.Attribute("points")!.Value.Split(' ').Length >= 3));
    }

    [Fact]
    public void A_model_that_was_trained_with_dropout_drops_nothing_when_it_scores()
    {
        using var model = _videos.Train("run", ColouredVideos.Options with { Dropout = 0.9 }).Load(new() { Threads = 1 });

        Assert.Equal(Scores(model, "dark red"), Scores(model, "dark red"));
    }

    [Fact]
    public void A_run_goes_on_in_the_precision_that_its_record_tells()
    {
        var folder = _videos.Folder("run");
        _ = new TrainingRun(folder, Plan(Precision.BFloat16));

        var error = Assert.Throws<ModelException>(() => new TrainingRun(folder, Plan(Precision.Float32)));

        Assert.Contains("precision: \"BFloat16\", now \"Float32\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_an_older_record_goes_on_in_any_precision()
    {
        var folder = _videos.Folder("run");
        _ = new TrainingRun(folder, Plan(null));

        _ = new TrainingRun(folder, Plan(Precision.BFloat16));
    }

    private TrainingPlan Plan(Precision? precision) => new()
    {
        Command = "test",
        Config = _videos.Config,
        Options = ColouredVideos.Options,
        Data = "coloured",
        Precision = precision,
    };

    private int BestOf(VideoTextModel model, string caption)
    {
        var scores = Scores(model, caption);
        return Array.IndexOf(scores, scores.Max());
    }

    private float[] Scores(VideoTextModel model, string caption)
    {
        int n = model.SegmentFrames, d = model.Width, count = ColouredVideos.Videos;
        float[] vectors = new float[count * d], features = new float[count * n * d], mask = new float[count * n],
            embeddings = new float[n * d];
        Array.Fill(mask, 1);
        for (var video = 0; video < count; video++)
        {
            byte[] pixels = [.. Enumerable.Range(0, n).SelectMany(frame => _videos.Store.Frame(video, frame).ToArray())];
            model.EncodeFrames(pixels, n, embeddings);
            model.EncodeVideo(
                embeddings, mask.AsSpan(0, n), 1, vectors.AsSpan(video * d, d), features.AsSpan(video * n * d, n * d));
        }
        using var batch = model.Candidates(count);
        vectors.AsSpan(0, batch.Vectors.Length).CopyTo(batch.Vectors);
        features.AsSpan(0, batch.Features.Length).CopyTo(batch.Features);
        mask.AsSpan(0, batch.Mask.Length).CopyTo(batch.Mask);
        return batch.Score([model.EncodeText(caption)]).ToArray();
    }
}
