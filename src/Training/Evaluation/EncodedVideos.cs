using TcMgc.Model;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Evaluation;

/// <summary>V encoded videos, each as one segment of N evenly spaced frames.</summary>
internal sealed class EncodedVideos
{
    private const int FramesAtOnce = 64, VideosAtOnce = 32;

    private readonly VideoTextModel _model;

    private EncodedVideos(VideoTextModel model, int count)
    {
        int n = model.SegmentFrames, d = model.Width;
        _model = model;
        Count = count;
        Vectors = new float[count * d];
        Features = new float[(long)count * n * d];
        Mask = new float[count * n];
    }

    /// <summary>V.</summary>
    public int Count { get; }

    /// <summary>V × D: unit vectors.</summary>
    public float[] Vectors { get; }

    /// <summary>V × N × D: what the head scores.</summary>
    public float[] Features { get; }

    /// <summary>V × N: 1 where there is a frame.</summary>
    public float[] Mask { get; }

    /// <summary>Encodes these videos of a store.</summary>
    /// <param name="model">Encodes them.</param>
    /// <param name="videos">Indices of the videos in the store.</param>
    /// <param name="frames">The store.</param>
    /// <param name="embeddings">The frames' embeddings by this model; null runs the frame encoder.</param>
    /// <param name="encoded">Receives the number of videos that are encoded. Optional.</param>
    /// <param name="cancel">Ends the work.</param>
    public static EncodedVideos Of(VideoTextModel model, IReadOnlyList<int> videos, FrameStore frames, EmbeddingStore? embeddings,
        Action<int>? encoded, CancellationToken cancel)
    {
        int n = model.SegmentFrames, d = model.Width;
        var result = new EncodedVideos(model, videos.Count);
        var (batch, chosen) = (new float[VideosAtOnce * n * d], new int[n]);
        for (var start = 0; start < videos.Count; start += VideosAtOnce)
        {
            var count = Math.Min(VideosAtOnce, videos.Count - start);
            Array.Clear(batch);
            var pixels = new FrameBatch(model, batch);
            for (var i = 0; i < count; i++)
            {
                var video = videos[start + i];
                var present = FrameSampling.Uniform((embeddings?.Frames ?? frames.Frames)[video], chosen);
                result.Mask.AsSpan((start + i) * n, present).Fill(1);
                for (var frame = 0; frame < present; frame++)
                    if (embeddings is null)
                        pixels.Add(frames.Frame(video, chosen[frame]), ((i * n) + frame) * d, cancel);
                    else
                        embeddings.Embedding(video, chosen[frame]).CopyTo(batch.AsSpan(((i * n) + frame) * d));
            }
            pixels.Flush(cancel);
            result.Encode(batch, start, count, cancel);
            encoded?.Invoke(start + count);
        }
        return result;
    }

    private void Encode(float[] frames, int start, int count, CancellationToken cancel)
    {
        int n = _model.SegmentFrames, d = _model.Width;
        _model.EncodeVideo(
            frames, Mask.AsSpan(start * n, count * n), count, Vectors.AsSpan(start * d), Features.AsSpan(start * n * d), cancel);
    }

    /// <summary>Frames of several videos that are encoded together.</summary>
    private sealed class FrameBatch(VideoTextModel model, float[] embeddings)
    {
        private readonly byte[] _pixels = new byte[FramesAtOnce * model.FrameBytes];
        private readonly float[] _encoded = new float[FramesAtOnce * model.Width];
        private readonly List<int> _places = new(FramesAtOnce);

        /// <summary>Adds a frame whose embedding is written at <paramref name="place"/>.</summary>
        public void Add(ReadOnlySpan<byte> frame, int place, CancellationToken cancel)
        {
            frame.CopyTo(_pixels.AsSpan(_places.Count * model.FrameBytes));
            _places.Add(place);
            if (_places.Count == FramesAtOnce)
                Flush(cancel);
        }

        public void Flush(CancellationToken cancel)
        {
            if (_places.Count == 0)
                return;
            model.EncodeFrames(_pixels, _places.Count, _encoded, cancel);
            foreach (var (index, place) in _places.Index())
                _encoded.AsSpan(index * model.Width, model.Width).CopyTo(embeddings.AsSpan(place));
            _places.Clear();
        }
    }
}
