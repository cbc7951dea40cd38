using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Scores every caption of a dataset with every video of it, as the papers do: each video is one segment of N evenly spaced
/// frames.
/// </summary>
public static class Evaluator
{
    /// <summary>Limit of the largest tensors in one call of the scorer.</summary>
    private const long BlockBytes = 64L << 20;

    private const int MaxTextsAtOnce = 64;

    /// <summary>R@1 in percent, text → video: every caption is a query. Videos without frames are left out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="videos">The videos of the store.</param>
    /// <param name="frames">Their frames.</param>
    /// <param name="embeddings">The frames' embeddings by this model; null runs the frame encoder.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="ModelException">No video has frames.</exception>
    public static double TextToVideoRecallAt1(
        VideoTextModel model, IReadOnlyList<CaptionedVideo> videos, FrameStore frames, EmbeddingStore? embeddings,
        CancellationToken cancel) =>
        RetrievalMetrics.TextToVideo(
            Score(model, videos, frames, embeddings, TimeProvider.System, null, cancel).Logits).RecallAt1;

    /// <summary>Scores all captions with all videos that have frames.</summary>
    /// <param name="model">The model.</param>
    /// <param name="videos">The videos of the store.</param>
    /// <param name="frames">Their frames.</param>
    /// <param name="embeddings">The frames' embeddings by this model; null runs the frame encoder.</param>
    /// <param name="time">Measures the time of scoring.</param>
    /// <param name="progress">Receives progress. Optional.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="ModelException">There are too many pairs.</exception>
    public static Similarities Score(
        VideoTextModel model, IReadOnlyList<CaptionedVideo> videos, FrameStore frames, EmbeddingStore? embeddings,
        TimeProvider time, IProgress<EvaluationProgress>? progress, CancellationToken cancel)
    {
        int[] present = [.. Enumerable.Range(0, videos.Count).Where(video => (embeddings?.Frames ?? frames.Frames)[video] > 0)];
        string[] captions = [.. present.SelectMany(video => videos[video].Captions)];
        int[] right = [.. present.SelectMany((video, place) => Enumerable.Repeat(place, videos[video].Captions.Count))];
        return Score(model, captions, right, present, frames, embeddings, time, progress, cancel);
    }

    /// <summary>Scores any texts with some videos.</summary>
    /// <param name="model">The model.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="videos">Indices of videos in the store; each has frames.</param>
    /// <param name="frames">Their frames.</param>
    /// <param name="progress">Receives progress. Optional.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="ModelException">There are too many pairs.</exception>
    public static SimilarityMatrix ScoreTexts(
        VideoTextModel model, IReadOnlyList<string> texts, IReadOnlyList<int> videos, FrameStore frames,
        IProgress<EvaluationProgress>? progress, CancellationToken cancel) =>
        Score(model, [.. texts], [.. Enumerable.Repeat(SimilarityMatrix.NoVideo, texts.Count)], videos, frames, null,
            TimeProvider.System, progress, cancel).Logits;

    private static Similarities Score(
        VideoTextModel model, string[] captions, int[] right, IReadOnlyList<int> present, FrameStore frames,
        EmbeddingStore? embeddings, TimeProvider time, IProgress<EvaluationProgress>? progress, CancellationToken cancel)
    {
        var logits = new SimilarityMatrix(right, present.Count);
        var nearness = new SimilarityMatrix(right, present.Count);
        var scoring = TimeSpan.Zero;
        var encoded = EncodedVideos.Of(model, present, frames, embeddings,
            done => progress?.Report(new(EvaluationStage.Videos, done, present.Count)), cancel);
        var (textsAtOnce, videosAtOnce) = BlockOf(model.Config);
        for (var start = 0; start < captions.Length; start += textsAtOnce)
        {
            var texts = model.EncodeTexts(captions.AsSpan(start, Math.Min(textsAtOnce, captions.Length - start)), cancel);
            if (start == 0) // The first call prepares the scorer: its time does not count.
                ScoreBlock(model, texts, encoded, 0, 1, logits, start, time, cancel);
            for (var first = 0; first < encoded.Count; first += videosAtOnce)
                scoring += ScoreBlock(
                    model, texts, encoded, first, Math.Min(videosAtOnce, encoded.Count - first), logits, start, time, cancel);
            Compare(texts, encoded.Vectors, nearness, start);
            progress?.Report(new(EvaluationStage.Captions, start + texts.Count, captions.Length));
        }
        return new(logits, nearness, scoring);
    }

    /// <summary>Texts T and videos V of one call: the heads' largest tensors have T · V · (W + 1) · D floats.</summary>
    private static (int Texts, int Videos) BlockOf(ModelConfig config)
    {
        var pairBytes = (Math.Max(config.Words, config.Frames) + 1L) * config.Encoders.Width * sizeof(float);
        var pairs = Math.Max(1, BlockBytes / pairBytes);
        var texts = (int)Math.Clamp(Math.Sqrt(pairs), 1, MaxTextsAtOnce);
        return (texts, (int)Math.Max(1, pairs / texts));
    }

    private static TimeSpan ScoreBlock(
        VideoTextModel model, TextBatch texts, EncodedVideos videos, int first, int count, SimilarityMatrix logits,
        int firstQuery, TimeProvider time, CancellationToken cancel)
    {
        int n = model.SegmentFrames, d = model.Width;
        var block = new float[texts.Count * count];
        var begun = time.GetTimestamp();
        model.Score(texts, videos.Vectors.AsSpan(first * d, count * d), videos.Features.AsSpan(first * n * d, count * n * d),
            videos.Mask.AsSpan(first * n, count * n), count, block, cancel);
        var elapsed = time.GetElapsedTime(begun);
        for (var text = 0; text < texts.Count; text++)
            block.AsSpan(text * count, count).CopyTo(logits[firstQuery + text][first..]);
        return elapsed;
    }

    /// <summary>The similarity that the first stage of a search ranks by: query · vector.</summary>
    private static void Compare(TextBatch texts, float[] vectors, SimilarityMatrix nearness, int firstQuery)
    {
        var d = texts.Queries.Length / texts.Count;
        for (var text = 0; text < texts.Count; text++)
        {
            var row = nearness[firstQuery + text];
            for (var video = 0; video < row.Length; video++)
                row[video] = TensorPrimitives.Dot<float>(texts.Queries.AsSpan(text * d, d), vectors.AsSpan(video * d, d));
        }
    }
}
