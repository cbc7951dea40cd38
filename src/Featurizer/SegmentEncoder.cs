using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Featurizer;

/// <summary>
/// Turns a video's frame embeddings, as they arrive, into segments with their vectors. Besides the finished segments, which are
/// in half precision, it holds the frames that wait to be cut and one batch of segments.
/// </summary>
internal sealed class SegmentEncoder
{
    private readonly VideoTextModel _model;
    private readonly VideoId _video;
    private readonly CollectionId _collection;
    private readonly double _duration;
    private readonly Segmenter _segmenter;
    private readonly int _frames, _width;

    // Frames that wait to be cut, oldest first.
    private readonly List<float> _times = [];
    private readonly float[] _waiting;
    private readonly byte[] _waitingLayouts;

    // Cut segments that wait to be encoded: V × N × D, V × N, and the model's output for them.
    private readonly List<(SegmentPlace Place, byte[] Layouts)> _cut = [];
    private readonly float[] _input, _mask, _vectors, _features;
    private readonly int _batch;

    private readonly List<Segment> _segments = [];

    public SegmentEncoder(
        VideoTextModel model, VideoId video, CollectionId collection, double duration, FeaturizeOptions options)
    {
        (_model, _video, _collection, _duration, _batch) = (model, video, collection, duration, options.SegmentBatch);
        (_frames, _width) = (model.SegmentFrames, model.Width);
        _segmenter = new(_frames, options.Segmenter);
        var waiting = Segmenter.MostWaiting(_frames, options.Segmenter) + 1;
        _waiting = new float[waiting * _width];
        _waitingLayouts = new byte[waiting * ColourLayout.Bytes];
        _input = new float[_batch * _frames * _width];
        _mask = new float[_batch * _frames];
        _vectors = new float[_batch * _width];
        _features = new float[_batch * _frames * _width];
    }

    /// <summary>Adds the next frame.</summary>
    /// <param name="embedding">D values, not normalised.</param>
    /// <param name="layout">Its colour layout.</param>
    /// <param name="time">Its time in the video, in seconds.</param>
    /// <param name="cancel">Stops the encoding early.</param>
    public void Add(ReadOnlySpan<float> embedding, ReadOnlySpan<byte> layout, float time, CancellationToken cancel)
    {
        layout.CopyTo(_waitingLayouts.AsSpan(_times.Count * ColourLayout.Bytes));
        embedding.CopyTo(_waiting.AsSpan(_times.Count * _width));
        _times.Add(time);
        _segmenter.Add(embedding);
        CutFinished(cancel);
    }

    /// <summary>All segments of the video, in order.</summary>
    public IReadOnlyList<Segment> Complete(CancellationToken cancel)
    {
        _segmenter.Complete();
        CutFinished(cancel);
        EncodeBatch(cancel);
        return _segments;
    }

    private void CutFinished(CancellationToken cancel)
    {
        while (_segmenter.TryDequeue(out var length))
        {
            Cut(length);
            if (_cut.Count == _batch)
                EncodeBatch(cancel);
        }
    }

    private void Cut(int length)
    {
        var index = _segments.Count + _cut.Count;
        var values = length * _width;
        var input = _input.AsSpan(_cut.Count * _frames * _width, _frames * _width);
        _waiting.AsSpan(0, values).CopyTo(input);
        input[values..].Clear();
        var mask = _mask.AsSpan(_cut.Count * _frames, _frames);
        mask[..length].Fill(1);
        mask[length..].Clear();

        float[] times = [.. _times[..length]];
        // There are no gaps: a segment ends at the first frame of the next one, the last one with the video.
        double start = index == 0 ? 0 : times[0];
        double end = length < _times.Count ? _times[length] : Math.Max(_duration, times[^1]);
        var layouts = length * ColourLayout.Bytes;
        var id = SegmentId.Of(_video, _model.Id, index);
        var place = new SegmentPlace(id, _video, index, start, end, times) { Collection = _collection };
        _cut.Add((place, _waitingLayouts[..layouts]));

        _waiting.AsSpan(values, (_times.Count - length) * _width).CopyTo(_waiting);
        _waitingLayouts.AsSpan(layouts, (_times.Count - length) * ColourLayout.Bytes).CopyTo(_waitingLayouts);
        _times.RemoveRange(0, length);
    }

    private void EncodeBatch(CancellationToken cancel)
    {
        if (_cut.Count == 0)
            return;
        _model.EncodeVideo(_input, _mask, _cut.Count, _vectors, _features, cancel);
        for (var at = 0; at < _cut.Count; at++)
            _segments.Add(Finish(_cut[at].Place, _cut[at].Layouts, at));
        _cut.Clear();
    }

    private Segment Finish(SegmentPlace place, byte[] layouts, int at)
    {
        var rows = _input.AsSpan(at * _frames * _width, place.FrameTimes.Length * _width);
        var image = new float[_width];
        for (var frame = 0; frame < place.FrameTimes.Length; frame++)
        {
            var row = rows.Slice(frame * _width, _width);
            Normalise(row);
            TensorPrimitives.Add(image, row, image);
        }
        Normalise(image);
        var features = _model.HasOwnFeatures ? Halves(_features.AsSpan(at * _frames * _width, _frames * _width)) : null;
        return new(place, _vectors.AsSpan(at * _width, _width).ToArray(), image, Halves(rows), features, layouts);
    }

    private static void Normalise(Span<float> row)
    {
        var length = TensorPrimitives.Norm(row);
        if (length > 0)
            TensorPrimitives.Divide(row, length, row);
    }

    private static Half[] Halves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }
}
