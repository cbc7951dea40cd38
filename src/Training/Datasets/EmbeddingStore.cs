using System.Runtime.InteropServices;
using TcMgc.Model;

namespace TcMgc.Training.Datasets;

/// <summary>
/// The frame encoder's output for every frame of a <see cref="FrameStore"/>, computed once and kept in a file.
/// </summary>
public sealed class EmbeddingStore : IDisposable
{
    private const int FramesAtOnce = 64;

    private readonly RowFile _rows;
    private readonly int _width;

    private EmbeddingStore(RowFile rows, int width)
    {
        _rows = rows;
        _width = width;
    }

    /// <summary>Number of embeddings of each video; 0 for one that could not be decoded.</summary>
    public IReadOnlyList<int> Frames => _rows.Counts;

    /// <summary>A frame's embedding [D], not normalised, valid until the store is disposed.</summary>
    public ReadOnlySpan<float> Embedding(int video, int frame) => _rows.Row<float>(video).Slice(frame * _width, _width);

    /// <summary>Opens the embeddings of these frames by this model; computes them first if they are not in the file.</summary>
    /// <param name="path">The cache file.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="framesKey">Identifies the frames.</param>
    /// <param name="model">Encodes the frames.</param>
    /// <param name="progress">Receives the number of videos that are done. Optional.</param>
    /// <param name="cancel">Ends the work; what was computed is discarded.</param>
    public static EmbeddingStore Open(
        string path, FrameStore frames, string framesKey, VideoTextModel model, IProgress<int>? progress,
        CancellationToken cancel)
    {
        var (key, rowBytes) = ($"{framesKey} {model.Id}", (long)frames.Capacity * model.Width * sizeof(float));
        if (RowFile.TryOpen(path, key, frames.Count, rowBytes) is { } known)
            return new(known, model.Width);
        using (var writer = RowFile.Create(path, key, frames.Count, rowBytes))
        {
            var (pixels, row) = (new byte[FramesAtOnce * model.FrameBytes], new float[frames.Capacity * model.Width]);
            for (var video = 0; video < frames.Count; video++)
            {
                var count = frames.Frames[video];
                for (var start = 0; start < count; start += FramesAtOnce)
                {
                    var batch = Math.Min(FramesAtOnce, count - start);
                    for (var i = 0; i < batch; i++)
                        frames.Frame(video, start + i).CopyTo(pixels.AsSpan(i * model.FrameBytes));
                    model.EncodeFrames(pixels, batch, row.AsSpan(start * model.Width), cancel);
                }
                writer.Write(video, count, MemoryMarshal.AsBytes(row.AsSpan(0, count * model.Width)));
                progress?.Report(video + 1);
            }
            writer.Complete();
        }
        return new(RowFile.TryOpen(path, key, frames.Count, rowBytes)!, model.Width);
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
