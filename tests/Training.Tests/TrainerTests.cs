using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly ColouredVideos _videos = new();

    public static TheoryData<string> Heads => [.. SimilarityHead.All.Keys];

    public void Dispose() => _videos.Dispose();

    [Theory, MemberData(nameof(Heads))]
    public void Every_head_learns_the_batch_it_sees_again_and_again(string head)
    {
        var config = _videos.Config with { Head = head };
        using var source = _videos.Pairs(config);
        using var trainer = Trainer(config, ColouredVideos.Options with { Dropout = 0, RandomFrames = false, Warmup = 0 });
        int[] batch = [0, 2, 4, 6];

        var losses = Enumerable.Range(0, 25).Select(step => trainer.Step(source, [batch], step, 1000, default).InfoNce).ToList();

        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} → {losses[^1]}");
    }

    [Theory]
    [InlineData(TcMgcParts.All & ~TcMgcParts.LanguageVideoAttention)]
    [InlineData(TcMgcParts.All & ~TcMgcParts.SimilarityReorganisation)]
    [InlineData(TcMgcParts.All & ~TcMgcParts.LinearSoftmaxAggregation)]
    [InlineData(TcMgcParts.All & ~TcMgcParts.Contrasts | TcMgcParts.VideoSentence)]
    [InlineData(TcMgcParts.All & ~TcMgcParts.Contrasts | TcMgcParts.VideoWord)]
    [InlineData(TcMgcParts.All & ~TcMgcParts.Contrasts | TcMgcParts.SentenceFrame)]
    [InlineData(TcMgcParts.All & ~TcMgcParts.Contrasts | TcMgcParts.FrameWord)]
    [InlineData(TcMgcParts.VideoSentence | TcMgcParts.FrameWord)]
    public void Every_ablation_of_tcmgc_learns_the_batch_it_sees_again_and_again(TcMgcParts parts)
    {
        var config = _videos.Config with { Parts = parts };
        using var source = _videos.Pairs(config);
        using var trainer = Trainer(config, ColouredVideos.Options with { Dropout = 0, RandomFrames = false, Warmup = 0 });

        var losses = Enumerable.Range(0, 25).Select(step => trainer.Step(source, [[0, 2, 4, 6]], step, 1000, default)).ToList();

        Assert.True(losses[^1].InfoNce < 0.5 * losses[0].InfoNce, $"{losses[0].InfoNce} → {losses[^1].InfoNce}");
        Assert.Equal(int.PopCount((int)(parts & TcMgcParts.Contrasts)) > 1, losses[0].Sdr is not null);
    }

    [Fact]
    public void Two_accumulated_batches_move_the_weights_as_their_mean()
    {
        var options = ColouredVideos.Options with { Dropout = 0, RandomFrames = false, GradientNorm = 0 };
        using var source = _videos.Pairs();
        using var once = Trainer(_videos.Config, options);
        using var twice = Trainer(_videos.Config, options with { Accumulate = 2 });
        int[] batch = [0, 3, 6, 9];

        var (one, two) = (once.Step(source, [batch], 0, 100, default), twice.Step(source, [batch, batch], 0, 100, default));

        Assert.Equal(one.Loss, two.Loss, 5);
        Assert.Equal(one.GradientNorm, two.GradientNorm, 4);
        Assert.All(
            once.Weights().Zip(twice.Weights()), pair => Assert.All(
                pair.First.ReadFloats().Zip(pair.Second.ReadFloats()), w => Assert.Equal(w.First, w.Second, 4)));
    }

    [Fact]
    public void Dropout_changes_the_loss_from_step_to_step_and_none_does_not()
    {
        using var source = _videos.Pairs();
        using var dropping = Trainer(
            _videos.Config, ColouredVideos.Options with { RandomFrames = false, LearningRate = 1e-30, ClipLearningRate = 1e-30 });
        using var keeping =
            Trainer(_videos.Config,
                ColouredVideos.Options with
                {
                    Dropout = 0,
                    RandomFrames = false,
                    LearningRate = 1e-30,
                    ClipLearningRate = 1e-30
                });
        int[] batch = [0, 3, 6, 9];

        Assert.NotEqual(dropping.Step(source, [batch], 0, 9, default).Loss, dropping.Step(source, [batch], 1, 9, default).Loss);
        Assert.Equal(keeping.Step(source, [batch], 0, 9, default).Loss, keeping.Step(source, [batch], 1, 9, default).Loss);
    }

    [Theory]
    [InlineData(Freeze.Frames)]
    [InlineData(Freeze.Encoders)]
    public void Frozen_encoders_keep_their_weights_and_the_rest_learns(Freeze freeze)
    {
        var folder = ModelFolder.Write(_videos.Folder("model"), "start", _videos.Config, RandomWeights.Of(_videos.Config, 1),
            to => Tokenizer.CopyFiles(_videos.TokenizerFolder, to), new("test", DateTimeOffset.UnixEpoch));
        using var model = folder.Load(new() { Threads = 1 });
        using var embeddings =
            EmbeddingStore.Open(_videos.Folder("embeddings.rows"), _videos.Store, "coloured", model, null, default);
        using var source = freeze == Freeze.Frames
            ? PairSource.FrozenFrames(_videos.Config, _videos.Captioned, embeddings, Tokenizer.Load(folder.Path))
            : PairSource.Frozen(
                _videos.Config, _videos.Captioned, embeddings, _videos.Folder("texts.rows"), "coloured", model, null, default);
        using var trainer = Trainer(_videos.Config, ColouredVideos.Options with { Freeze = freeze });
        var before = trainer.Weights().ToDictionary(w => w.Name, w => w.ReadFloats());

        trainer.Step(source, [[0, 3, 6, 9]], 0, 10, default);

        var moved = trainer.Weights().Where(w => !w.ReadFloats().SequenceEqual(before[w.Name])).Select(w => w.Name).ToList();
        Assert.Equal(before.Keys.Order(), trainer.Weights().Select(w => w.Name).Order());
        Assert.DoesNotContain(trainer.Moments(), moment => moment.Name.Contains("clip.visual", StringComparison.Ordinal));
        Assert.Contains("conditional_transformer.pool_frames.linear_proj.weight", moved);
        Assert.DoesNotContain(moved, name => name.StartsWith("clip.visual", StringComparison.Ordinal));
        Assert.Equal(
            freeze == Freeze.Frames, moved.Exists(name => name.StartsWith("clip.transformer", StringComparison.Ordinal)));
    }

    [Fact]
    public void Frozen_features_give_the_loss_that_the_encoders_give()
    {
        var options = ColouredVideos.Options with { Dropout = 0, RandomFrames = false };
        var folder =
            ModelFolder.Write(_videos.Folder("model"), "start", _videos.Config, RandomWeights.Of(_videos.Config, options.Seed),
            to => Tokenizer.CopyFiles(_videos.TokenizerFolder, to), new("test", DateTimeOffset.UnixEpoch));
        using var model = folder.Load(new() { Threads = 1 });
        using var embeddings =
            EmbeddingStore.Open(_videos.Folder("embeddings.rows"), _videos.Store, "coloured", model, null, default);
        using var pixels = _videos.Pairs();
        using var frozen = PairSource.Frozen(
            _videos.Config, _videos.Captioned, embeddings, _videos.Folder("texts.rows"), "coloured", model, null, default);
        using var fine = Trainer(_videos.Config, options);
        using var fixedEncoders = Trainer(_videos.Config, options with { Freeze = Freeze.Encoders });

        var (one, other) =
            (fine.Step(pixels, [[0, 3, 6, 9]], 0, 9, default), fixedEncoders.Step(frozen, [[0, 3, 6, 9]], 0, 9, default));

        Assert.Equal(one.Loss, other.Loss, 0.02 * one.Loss); // half precision of the texts, sharpened by λ = 100
    }

    [Fact]
    public void Steps_that_bfloat16_would_lose_add_up_in_the_32_bit_weights_it_computes_with()
    {
        const string name = "clip.visual.proj";
        using var source = _videos.Pairs();
        var options = ColouredVideos.Options with { ClipLearningRate = 1e-6, Warmup = 0 };
        using var trainer = Trainer(_videos.Config, options, Precision.BFloat16);
        var before = trainer.Weights().Single(w => w.Name == name).ReadFloats();

        trainer.Step(source, [[0, 3, 6, 9]], 0, 100, default);

        var after = trainer.Weights().Single(w => w.Name == name).ReadFloats();
        var moved = before.Zip(after).Where(w => w.First != w.Second).ToList();
        Assert.True(moved.Count > 0.9 * before.Length, $"{moved.Count} of {before.Length} moved");
        Assert.True(moved.Count(w => UpperHalf(w.First) == UpperHalf(w.Second)) > 0.9 * moved.Count);

        static uint UpperHalf(float x) => BitConverter.SingleToUInt32Bits(x) >> 16; // The part that bfloat16 keeps.
    }

    [Theory]
    [InlineData("tcmgc")]
    [InlineData("clip4clip-mean-pooling")]
    public void Computing_in_bfloat16_learns_as_computing_in_float32_does(string head)
    {
        var config = _videos.Config with { Head = head };
        var options = ColouredVideos.Options with { Dropout = 0, RandomFrames = false, Warmup = 0 };
        using var source = _videos.Pairs(config);
        using var exact = Trainer(config, options, Precision.Float32);
        using var half = Trainer(config, options, Precision.BFloat16);

        var losses = Enumerable.Range(0, 25).Select(step => (Exact: Loss(exact, step), Half: Loss(half, step))).ToList();

        Assert.NotEqual(losses[0].Exact, losses[0].Half);
        Assert.Equal(losses[0].Exact, losses[0].Half, 0.1 * losses[0].Exact);
        Assert.True(losses[^1].Half < 0.5 * losses[0].Half, $"{losses[0].Half} → {losses[^1].Half}");

        double Loss(Trainer trainer, int step) => trainer.Step(source, [[0, 2, 4, 6]], step, 1000, default).InfoNce;
    }

    private static Trainer Trainer(ModelConfig config, TrainingOptions options, Precision precision = Precision.Auto) =>
        new(config, options, RandomWeights.Of(config, options.Seed), new ComputeOptions { Threads = 1, Precision = precision });
}
