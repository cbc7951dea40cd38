using TcMgc.Model.Compute;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Encoders;

/// <summary>What is not CLIP serves by its IDualEncoder alone.</summary>
public sealed class OtherEncodersTests : TemporaryFolder
{
    public static TheoryData<string> Heads => [.. SimilarityHead.All.Keys];

    [Theory]
    [MemberData(nameof(Heads))]
    public void A_model_of_other_encoders_indexes_videos_and_scores_them(string head)
    {
        var encoders = new MeanEncoders();
        using var model = Model(head, encoders);
        var (n, d, frames) = (model.SegmentFrames, model.Width, model.SegmentFrames * model.FrameBytes);
        byte[] rgb = [.. Enumerable.Range(0, 2 * frames).Select(i => (byte)(i < frames ? i % 3 * 90 : 200 - (i % 3 * 90)))];
        float[] embeddings = new float[2 * n * d], vectors = new float[2 * d], features = new float[2 * n * d];
        var mask = new float[2 * n];
        mask.AsSpan().Fill(1);

        model.EncodeFrames(rgb, 2 * n, embeddings);
        model.EncodeVideo(embeddings, mask, 2, vectors, features);
        using var candidates = model.Candidates(2);
        vectors.AsSpan(0, candidates.Vectors.Length).CopyTo(candidates.Vectors);
        features.AsSpan(0, candidates.Features.Length).CopyTo(candidates.Features);
        mask.AsSpan(0, candidates.Mask.Length).CopyTo(candidates.Mask);
        var text = model.EncodeText("red");
        var scores = candidates.Score([text]).ToArray();

        Assert.Equal((8, 16, 16), (model.FrameSide, model.Width, text.Query.Length));
        Assert.Equal([1L, 20, 7, 6, 2], text.Tokens);
        for (var video = 0; video < 2; video++)
            Assert.Equal(1, MathF.Sqrt(vectors.Skip(video * d).Take(d).Sum(x => x * x)), 1e-4f);
        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
        Assert.NotEqual(scores[0], scores[1]);
    }

    private VideoTextModel Model(string head, MeanEncoders encoders)
    {
        var config = new ModelConfig
        {
            Clip = ClipArchitecture.Named["ViT-T/16"],
            Encoders = encoders,
            Head = head,
            Words = encoders.Context,
            Frames = 4,
            TemporalLayers = 1,
            CrossLayers = 1,
        };
        SafetensorsWriter.Write(At("weights"), RandomWeights.Of(config, 1));
        return new("other", config, WeightFile.Open(At("weights")), new LetterTokenizer(), new ComputeOptions { Threads = 1 });
    }
}
