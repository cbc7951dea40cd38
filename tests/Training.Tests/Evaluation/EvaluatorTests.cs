using TcMgc.Model;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private const float Tolerance = 1e-3f;

    private readonly ColouredVideos _videos = new();

    public static TheoryData<string> Heads => [.. SimilarityHead.All.Keys];

    public void Dispose() => _videos.Dispose();

    [Theory]
    [MemberData(nameof(Heads))]
    public void Every_pair_scores_as_it_does_when_it_is_searched(string head)
    {
        using var model = Model(head);

        var scores = Evaluator.Score(model, _videos.Captioned, _videos.Store, null, TimeProvider.System, null, default);

        var caption = _videos.Captioned[4].Captions[1];
        var query = scores.Logits.RightVideos.Index().Where(right => right.Item == 4).ElementAt(1).Index;
        for (var video = 0; video < ColouredVideos.Videos; video++)
            Assert.Equal(Searched(model, caption, video), scores.Logits[query][video], Tolerance);
    }

    [Fact]
    public void Kept_embeddings_score_as_the_frames_they_were_made_of()
    {
        using var model = Model("tcmgc");
        using var embeddings =
            EmbeddingStore.Open(_videos.Folder("embeddings.rows"), _videos.Store, "coloured", model, null, default);

        var fromFrames = Evaluator.Score(model, _videos.Captioned, _videos.Store, null, TimeProvider.System, null, default);
        var fromEmbeddings =
            Evaluator.Score(model, _videos.Captioned, _videos.Store, embeddings, TimeProvider.System, null, default);

        for (var query = 0; query < fromFrames.Logits.Queries; query++)
            for (var video = 0; video < fromFrames.Logits.Videos; video++)
                Assert.Equal(fromFrames.Logits[query][video], fromEmbeddings.Logits[query][video], Tolerance);
    }

    [Fact]
    public void Videos_without_frames_are_left_out()
    {
        using var model = Model("tcmgc");
        using var frames = WithoutFrames(2, 5);

        var scores = Evaluator.Score(model, _videos.Captioned, frames, null, TimeProvider.System, null, default);

        Assert.Equal((20, 10), (scores.Logits.Queries, scores.Logits.Videos));
        Assert.Equal([.. Enumerable.Range(0, 10).SelectMany(video => new[] { video, video })], scores.Logits.RightVideos);
    }

    [Fact]
    public void Recall_at_1_is_that_of_the_metrics()
    {
        using var model = Model("clip4clip-mean-pooling");

        var recall = Evaluator.TextToVideoRecallAt1(model, _videos.Captioned, _videos.Store, null, default);

        var scores = Evaluator.Score(model, _videos.Captioned, _videos.Store, null, TimeProvider.System, null, default);
        Assert.Equal(RetrievalMetrics.TextToVideo(scores.Logits).RecallAt1, recall);
    }

    [Fact]
    public void An_evaluation_can_be_cancelled()
    {
        using var model = Model("tcmgc");

        Assert.ThrowsAny<OperationCanceledException>(
            () => Evaluator.TextToVideoRecallAt1(model, _videos.Captioned, _videos.Store, null, new(canceled: true)));
    }

    private VideoTextModel Model(string head)
    {
        var config = _videos.Config with { Head = head };
        return ModelFolder.Write(_videos.Folder($"model-{head}"), head, config, RandomWeights.Of(config, 1),
            folder => Tokenizer.CopyFiles(_videos.TokenizerFolder, folder), new("test", DateTimeOffset.UnixEpoch))
                .Load(new() { Threads = 1 });
    }

    private float Searched(VideoTextModel model, string text, int video)
    {
        int n = model.SegmentFrames, d = model.Width;
        int[] chosen = new int[n];
        FrameSampling.Uniform(_videos.Store.Frames[video], chosen);
        byte[] pixels = [.. chosen.SelectMany(frame => _videos.Store.Frame(video, frame).ToArray())];
        float[] embeddings = new float[n * d], vectors = new float[d], features = new float[n * d],
            mask = [.. Enumerable.Repeat(1f, n)];
        model.EncodeFrames(pixels, n, embeddings);
        model.EncodeVideo(embeddings, mask, 1, vectors, features);
        using var candidates = model.Candidates(1);
        vectors.AsSpan(0, candidates.Vectors.Length).CopyTo(candidates.Vectors);
        features.AsSpan(0, candidates.Features.Length).CopyTo(candidates.Features);
        mask.AsSpan(0, candidates.Mask.Length).CopyTo(candidates.Mask);
        return candidates.Score([model.EncodeText(text)])[0];
    }

    private FrameStore WithoutFrames(params int[] videos)
    {
        var (store, path) = (_videos.Store, _videos.Folder("some-frames.rows"));
        using (var writer = FrameStore.Create(path, "some", store.Count, store.Capacity, store.Side))
        {
            foreach (var video in Enumerable.Range(0, store.Count).Except(videos))
                writer.Write(video, 1, store.Frame(video, 0));
            writer.Complete();
        }
        return FrameStore.TryOpen(path, "some", store.Count, store.Capacity, store.Side)!;
    }
}
