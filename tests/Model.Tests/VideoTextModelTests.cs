using TcMgc.Model.Heads;

namespace TcMgc.Model.Tests;

public sealed class VideoTextModelTests
{
    private const float Tolerance = 1e-4f;

    public static TheoryData<string> Heads => [.. SimilarityHead.All.Keys];

    [Theory]
    [MemberData(nameof(Heads))]
    public void Every_head_serves_from_pixels_and_words_to_scores(string head)
    {
        using var tiny = new TinyModel(head);
        var model = tiny.Model;
        var (vectors, features, mask) = Encode(model, [4, 4, 4]);

        var scores = Score(model, "a red circle", vectors, features, mask);

        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
        Assert.Equal(3, scores.Distinct().Count());
        for (var video = 0; video < 3; video++)
            Assert.Equal(1, MathF.Sqrt(vectors.Skip(video * model.Width).Take(model.Width).Sum(x => x * x)), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void A_video_scores_the_same_alone_and_among_others(string head)
    {
        using var tiny = new TinyModel(head);
        var model = tiny.Model;
        var (vectors, features, mask) = Encode(model, [4, 3, 2]);
        var n = model.SegmentFrames;

        var together = Score(model, "a red circle", vectors, features, mask);
        var alone =
            Score(model, "a red circle", vectors[model.Width..(2 * model.Width)],
                features[(n * model.Width)..(2 * n * model.Width)], mask[n..(2 * n)]);

        Assert.Equal(together[1], Assert.Single(alone), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void What_is_kept_of_a_video_beside_its_features_changes_no_score(string head)
    {
        using var tiny = new TinyModel(head);
        var model = tiny.Model;
        var (vectors, features, mask) = Encode(model, [4, 3, 2]);
        Half[] halves = [.. features.Select(value => (Half)value)];
        float[] kept = [.. halves.Select(half => (float)half)];
        var gram = new float[3 * model.GramSize];
        model.Gram(halves, 3, gram);
        using var candidates = model.Candidates(3);
        Fill(candidates, vectors, kept, mask);

        var known = candidates.Score([model.EncodeText("a red circle")], gram).ToArray();

        Assert.Equal(head == "tcmgc", gram.Length > 0);
        foreach (var (one, same) in known.Zip(Score(model, "a red circle", vectors, kept, mask)))
            Assert.Equal(same, one, Tolerance);
    }

    [Fact]
    public void The_sentence_attends_to_frames_that_are_there_only()
    {
        using var tiny = new TinyModel();
        var model = tiny.Model;
        var (vectors, features, mask) = Encode(model, [4, 2]);
        using var candidates = model.Candidates(2);
        Fill(candidates, vectors, features, mask);

        candidates.Score([model.EncodeText("a red circle")]);

        var attention = candidates.FrameAttention.ToArray();
        Assert.Equal(1, attention[..4].Sum(), Tolerance);
        Assert.Equal(1, attention[4..6].Sum(), Tolerance);
        Assert.All(attention[6..], padding => Assert.Equal(0, padding, Tolerance));
    }

    [Fact]
    public void Texts_longer_than_the_model_reads_are_cut_not_refused()
    {
        using var tiny = new TinyModel();

        var features = tiny.Model.EncodeText(string.Concat(Enumerable.Repeat("word ", 500)));

        Assert.Equal(tiny.Model.Config.Words, features.Tokens.Count);
    }

    [Fact]
    public void Words_are_those_that_people_read_not_the_tokenizers_parts_of_them()
    {
        using var tiny = new TinyModel();
        var features = tiny.Model.EncodeText("it isn't");

        var words = tiny.Model.WordsOf(features.Tokens);

        Assert.Equal(["it", "isn't"], words.Select(word => word.Text));
        Assert.Equal([1, words[0].First + words[0].Tokens], words.Select(word => word.First));
        Assert.Equal(features.Tokens.Count - 2, words.Sum(word => word.Tokens));
    }

    /// <summary>Videos of these numbers of frames, each of its own colour, as the index would hold them.</summary>
    private static (float[] Vectors, float[] Features, float[] Mask) Encode(VideoTextModel model, int[] lengths)
    {
        var (n, d) = (model.SegmentFrames, model.Width);
        float[] frames = new float[lengths.Length * n * d], mask = new float[lengths.Length * n];
        for (var video = 0; video < lengths.Length; video++)
        {
            var rgb = new byte[lengths[video] * model.FrameBytes];
            new Random(video).NextBytes(rgb);
            model.EncodeFrames(rgb, lengths[video], frames.AsSpan(video * n * d));
            mask.AsSpan(video * n, lengths[video]).Fill(1);
        }
        float[] vectors = new float[lengths.Length * d], features = new float[lengths.Length * n * d];
        model.EncodeVideo(frames, mask, lengths.Length, vectors, features);
        return (vectors, features, mask);
    }

    private static float[] Score(VideoTextModel model, string text, float[] vectors, float[] features, float[] mask)
    {
        using var candidates = model.Candidates(vectors.Length / model.Width);
        Fill(candidates, vectors, features, mask);
        return candidates.Score([model.EncodeText(text)]).ToArray();
    }

    private static void Fill(CandidateBatch candidates, float[] vectors, float[] features, float[] mask)
    {
        foreach (var (source, input) in new[] { (vectors, 0), (features, 1), (mask, 2) })
        {
            var span = input switch { 0 => candidates.Vectors, 1 => candidates.Features, _ => candidates.Mask };
            source.AsSpan(0, span.Length).CopyTo(span);
        }
    }
}
