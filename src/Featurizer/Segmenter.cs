using System.Numerics.Tensors;

namespace TcMgc.Featurizer;

/// <summary>
/// Cuts a video's frames, as their embeddings arrive, into segments of 1 … N frames: at shot boundaries, and a longer shot into
/// parts of nearly equal length. Segments cover the frames in order, and depend on nothing but the embeddings. It holds one
/// embedding and a few numbers; at most <see cref="MostWaiting"/> frames wait to be cut.
/// </summary>
public sealed class Segmenter
{
    // A shot of up to this many segments is cut into equal parts; from a longer one full segments are cut off first.
    private const int EqualParts = 4;

    // The running mean starts as if this many neighbours had been seen at the distance usual within a shot.
    private const double PriorNeighbours = 4, PriorDistance = 0.05;

    private readonly int _frames;
    private readonly SegmenterOptions _options;
    private readonly Queue<int> _finished = new();
    private float[] _previous = [];
    private double _distances = PriorNeighbours * PriorDistance;
    private double _neighbours = PriorNeighbours;
    private int _waiting;
    private int? _boundary;

    /// <summary>Starts a video.</summary>
    /// <param name="frames">N ≥ 1: most frames of a segment.</param>
    /// <param name="options">Null stands for the defaults.</param>
    public Segmenter(int frames, SegmenterOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frames);
        _frames = frames;
        _options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ShortestShot, 1);
    }

    /// <summary>Most frames that have arrived and are in no finished segment, for a given N and options.</summary>
    public static int MostWaiting(int frames, SegmenterOptions options) => (EqualParts * frames) + options.ShortestShot;

    /// <summary>Adds the embedding of the next frame, of the same length as those before; any scale.</summary>
    public void Add(ReadOnlySpan<float> embedding)
    {
        // A boundary counts once the shot after it is long enough: a video's last few frames are no segment of their own.
        if (_previous.Length == 0)
            _previous = new float[embedding.Length];
        else if (IsBoundary(embedding) && _boundary is null && _waiting >= _options.ShortestShot)
            _boundary = _waiting;
        embedding.CopyTo(_previous);
        _waiting++;

        if (_boundary is int boundary && _waiting - boundary >= _options.ShortestShot)
        {
            Finish(boundary);
            _boundary = null;
        }
        else if (_boundary is null && _waiting > EqualParts * _frames)
            FinishOne(_frames);
    }

    /// <summary>Ends the video: the waiting frames become the last segments.</summary>
    public void Complete()
    {
        Finish(_waiting);
        _boundary = null;
    }

    /// <summary>Removes the next finished segment, in order.</summary>
    /// <param name="length">Its frames, 1 … N.</param>
    /// <returns>False where none is finished yet.</returns>
    public bool TryDequeue(out int length) => _finished.TryDequeue(out length);

    private bool IsBoundary(ReadOnlySpan<float> embedding)
    {
        double distance = 1 - TensorPrimitives.CosineSimilarity(_previous, embedding);
        if (!double.IsFinite(distance))
            distance = 1;
        var mean = _distances / _neighbours;
        // A boundary counts as no more than twice the mean: many cuts must not hide each other, and in a video that
        // moves more than the prior says, the mean still catches up.
        _distances += Math.Min(distance, 2 * mean);
        _neighbours++;
        return distance > Math.Max(_options.SmallestDrop, _options.DropRatio * mean);
    }

    private void Finish(int frames)
    {
        for (var parts = (frames + _frames - 1) / _frames; parts > 0; parts--)
        {
            var length = (frames + parts - 1) / parts;
            FinishOne(length);
            frames -= length;
        }
    }

    private void FinishOne(int length)
    {
        _finished.Enqueue(length);
        _waiting -= length;
    }
}
