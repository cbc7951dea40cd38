using System.Numerics.Tensors;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Model.Calibration;

namespace TcMgc.Search.Query;

/// <summary>A text of a query as the model sees it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Share">
/// Its part of the score: its weight by the sum of the positive ones, so that a single text's score is its logit.
/// </param>
/// <param name="Features">Its features.</param>
/// <param name="Shape">What confidence depends on beside the score.</param>
internal sealed record EncodedText(WeightedText Text, float Share, TextFeatures Features, TextShape Shape)
{
    public static IReadOnlyList<EncodedText> Of(
        IReadOnlyList<WeightedText> texts, VideoTextModel model, IReadOnlyDictionary<string, TextFeatures> encoded)
    {
        var wanted = texts.Sum(text => Math.Max(0, text.Weight));
        return [.. texts.Select(Encoded)];

        EncodedText Encoded(WeightedText text)
        {
            var features = encoded[text.Text];
            return new(text, text.Weight / wanted, features, model.ShapeOf(features.Tokens));
        }
    }

    /// <summary>
    /// The unit vectors that candidates are found by: all texts together, whose dot product with a segment is the weighted sum of
    /// theirs, and each with a positive weight, for segments that are near to it alone.
    /// </summary>
    public static IEnumerable<float[]> Queries(IReadOnlyList<EncodedText> texts)
    {
        if (texts is [var only])
            return [only.Features.Query];
        var together = new float[texts[0].Features.Query.Length];
        foreach (var text in texts)
            TensorPrimitives.MultiplyAdd(text.Features.Query, text.Share, together, together);
        TensorPrimitives.Divide(together, Math.Max(TensorPrimitives.Norm(together), float.Epsilon), together);
        return texts.Where(text => text.Share > 0).Select(text => text.Features.Query).Prepend(together);
    }
}
