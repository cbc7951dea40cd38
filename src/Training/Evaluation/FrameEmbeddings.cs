using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Evaluation;

/// <summary>Plain frame embeddings of videos, of N evenly spaced frames each, and of images.</summary>
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
        var (chosen, pixels) = (new int[model.SegmentFrames], new byte[model.SegmentFrames * model.FrameBytes]);
        var embeddings = new List<float[]>(videos.Count);
        foreach (var video in videos)
        {
            var present = FrameSampling.Uniform(frames.Frames[video], chosen);
            for (var frame = 0; frame < present; frame++)
                frames.Frame(video, chosen[frame]).CopyTo(pixels.AsSpan(frame * model.FrameBytes));
            embeddings.Add(Unit(model, pixels, present, cancel));
        }
        return embeddings;
    }

    /// <summary>Encodes images.</summary>
    /// <param name="model">Encodes them.</param>
    /// <param name="images">RGB24, of the model's side.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>Their unit embeddings, D values each.</returns>
    public static IReadOnlyList<float[]> Of(VideoTextModel model, IEnumerable<byte[]> images, CancellationToken cancel) =>
        [.. images.Select(image => Unit(model, image, 1, cancel))];

    private static float[] Unit(VideoTextModel model, ReadOnlySpan<byte> pixels, int frames, CancellationToken cancel)
    {
        var rows = new float[frames * model.Width];
        model.EncodeFrames(pixels, frames, rows, cancel);
        for (var frame = 0; frame < frames; frame++)
        {
            var row = rows.AsSpan(frame * model.Width, model.Width);
            TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm(row), float.Epsilon), row);
        }
        return rows;
    }
}
