using System.Numerics.Tensors;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>
/// Where the words of a text are seen in scored segments: the cosine of each with each frame, and how far that lies above what is
/// usual in these segments. A word alone has no threshold: "and" is near to every frame.
/// </summary>
internal sealed class SeenWords
{
    /// <summary>Fewer segments say nothing of what is usual.</summary>
    private const int LeastSegments = 5;

    private readonly IReadOnlyList<Word> _words;
    private readonly float[][][] _similarities; // segments × words × frames
    private readonly (double Mean, double Deviation)[]? _usual;

    /// <param name="model">Says which tokens make up a word.</param>
    /// <param name="text">The text.</param>
    /// <param name="batch">The segments that were scored.</param>
    /// <param name="features">V × N × D: their features as the head scored them.</param>
    public SeenWords(VideoTextModel model, TextFeatures text, SegmentBatch batch, ReadOnlySpan<float> features)
    {
        _words = model.ReadsWords ? model.WordsOf(text.Tokens) : [];
        _similarities = new float[batch.Count][][];
        var d = batch.Dimensions;
        for (var segment = 0; segment < _similarities.Length; segment++)
            _similarities[segment] = Similarities(text, batch.Places[segment].FrameTimes.Length,
                features.Slice(segment * batch.FramesEach * d, batch.FramesEach * d), d);
        if (batch.Count >= LeastSegments)
            _usual = [.. _words.Select((_, word) => Usual([.. _similarities.Select(segment => (double)segment[word].Max())]))];
    }

    /// <summary>The words in a segment, in their order.</summary>
    public WordEvidence[] In(int segment) => [.. _words.Select((word, at) =>
        new WordEvidence(word.Text, _similarities[segment][at]) { Lead = Lead(at, _similarities[segment][at]) })];

    private double? Lead(int word, float[] similarities) => _usual is { } usual && usual[word].Deviation > 0
        ? Math.Round((similarities.Max() - usual[word].Mean) / usual[word].Deviation, 2) : null;

    /// <summary>Words × frames; a word's similarity is the mean of its tokens'.</summary>
    private float[][] Similarities(TextFeatures text, int frames, ReadOnlySpan<float> features, int d)
    {
        var similarities = new float[_words.Count][];
        for (var word = 0; word < similarities.Length; word++)
        {
            var row = similarities[word] = new float[frames];
            for (var token = _words[word].First; token < _words[word].First + _words[word].Tokens; token++)
                for (var frame = 0; frame < frames; frame++)
                    row[frame] += ScoredBatch.Similarity(text.Words.AsSpan(token * d, d), features.Slice(frame * d, d));
            TensorPrimitives.Divide(row, _words[word].Tokens, row);
        }
        return similarities;
    }

    private static (double Mean, double Deviation) Usual(double[] best)
    {
        var mean = best.Average();
        return (mean, Math.Sqrt(best.Average(value => (value - mean) * (value - mean))));
    }
}
