using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Evaluation;

/// <summary>The plain frame embeddings of videos, of N evenly spaced frames each.</summary>
public static class FrameEmbeddings
{
    /// <summary>Encodes these videos of a store.</summary>
    /// <param name="model">Encodes them.</param>
    /// <param name="videos">Indices of the videos in the store; each has frames.</param>
    /// <param name="frames">The store.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>For each video its unit embeddings, rows of D.</returns>
    public static IReadOnlyList<float[]> Of(
        VideoTextModel model, IReadOnlyList<int> videos, FrameStore frames, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(frames);
        var (d, chosen, pixels) = (model.Width, new int[model.SegmentFrames], new byte[model.SegmentFrames * model.FrameBytes]);
        var embeddings = new List<float[]>(videos.Count);
        foreach (var video in videos)
        {
            var present = FrameSampling.Uniform(frames.Frames[video], chosen);
            for (var frame = 0; frame < present; frame++)
                frames.Frame(video, chosen[frame]).CopyTo(pixels.AsSpan(frame * model.FrameBytes));
            var rows = new float[present * d];
            model.EncodeFrames(pixels, present, rows, cancel);
            for (var frame = 0; frame < present; frame++)
            {
                var row = rows.AsSpan(frame * d, d);
                TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm(row), float.Epsilon), row);
            }
            embeddings.Add(rows);
        }
        return embeddings;
    }
}
