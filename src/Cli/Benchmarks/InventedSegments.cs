using System.Numerics.Tensors;
using System.Security.Cryptography;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Cli.Benchmarks;

/// <summary>
/// Segments of videos that nobody filmed. Their frame embeddings are alike as those of models/tiny are on the 1,000 test videos of the
/// drawn world: cosine 0.18 ± 0.26 between videos, 0.73 between segments of a video, 0.85 within a segment. A frame is a sum of
/// four parts with these shares: one that all have, the video's, the segment's and its own. What the head searches and scores is
/// computed from the frames by the model itself.
/// </summary>
internal sealed class InventedSegments
{
    /// <summary>Segments of a video: some three minutes.</summary>
    public const int PerVideo = 20;

    /// <summary>Videos that are made, and written in one transaction, at a time.</summary>
    private const int VideosAtATime = 50;

    private const long LogBytes = 16 << 20;

    private const double SharedByAll = 0.18, SharedInVideo = 0.73, SharedInSegment = 0.85;

    /// <summary>Ratio of one direction's variance to the next: about ten directions matter, which gives the deviation of 0.26.</summary>
    private const double Decay = 0.82;

    /// <summary>Length of an embedding that is not normalised, as CLIP's are.</summary>
    private const float Length = 10;

    private const double SecondsPerFrame = 1;

    private readonly VideoTextModel _model;
    private readonly int _seed, _frames, _width;
    private readonly float[] _deviations, _common;
    private readonly byte[] _layouts;

    public InventedSegments(VideoTextModel model, int seed)
    {
        (_model, _seed, _frames, _width) = (model, seed, model.SegmentFrames, model.Width);
        _deviations = [.. Enumerable.Range(0, _width).Select(at => (float)Math.Pow(Decay, at / 2.0))];
        _common = new float[_width];
        Direct(new Random(seed), _common);
        _layouts = new byte[_frames * ColourLayout.Bytes];
    }

    /// <summary>Bytes of disk that so many take, about: vectors, what finds them and a twentieth of a catalog entry, a tenth that pages leave empty, and write-ahead logs.</summary>
    public long BytesOf(int segments) => LogBytes
        + (long)(segments * 1.1 * ((2 * sizeof(float) * _width) + ((_model.HasOwnFeatures ? 4 : 2) * _frames * _width) + _layouts.Length + 350));

    /// <summary>Fills an empty folder with so many segments and a catalog entry for each video.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="segments">How many.</param>
    /// <param name="time">Dates the entries.</param>
    /// <param name="filled">Is told, after each transaction, how many are there.</param>
    /// <param name="cancel">Stops between transactions.</param>
    public async Task FillAsync(DataFolder folder, int segments, TimeProvider time, Action<int> filled, CancellationToken cancel)
    {
        const int atATime = VideosAtATime * PerVideo;
        await folder.Index.BindAsync(new(_model.Id, _width, _frames, null), cancel).ConfigureAwait(false);
        var next = MakeAsync(0, Math.Min(atATime, segments), cancel);
        for (var first = 0; first < segments; first += atATime)
        {
            var made = await next.ConfigureAwait(false);
            var after = first + made.Length;
            // The next are made while these are written.
            next = after < segments ? MakeAsync(after, Math.Min(atATime, segments - after), cancel) : Task.FromResult<Segment[]>([]);
            try
            {
                await folder.Index.UpsertAsync(made, cancel).ConfigureAwait(false);
                await folder.Catalog.ApplyAsync(Events(first, made.Length, time.GetUtcNow()), cancel).ConfigureAwait(false);
            }
            catch
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            filled(after);
        }
    }

    private List<VideoEvent> Events(int first, int segments, DateTimeOffset now)
    {
        var events = new List<VideoEvent>();
        for (var at = 0; at < segments; at += PerVideo)
        {
            var (number, count) = ((first + at) / PerVideo, Math.Min(PerVideo, segments - at));
            var (hash, name) = (Hash(number), $"{number}.mp4");
            var upload = new VideoUploaded { VideoId = VideoId.FromSha256(hash), Time = now, FileName = name, Sha256 = Convert.ToHexStringLower(hash), Bytes = 1, Source = name };
            events.Add(upload);
            events.Add(new VideoIndexed
            {
                VideoId = upload.VideoId,
                UploadId = upload.EventId,
                Time = now,
                ModelId = _model.Id,
                Segments = count,
                Frames = count * _frames,
                Elapsed = 0,
            });
        }
        return events;
    }

    /// <summary>Segments of whole videos (but the last), from the first on; their video is a matter of the seed and its number alone.</summary>
    private Task<Segment[]> MakeAsync(int first, int count, CancellationToken cancel) => Task.Run(() =>
    {
        var frames = new float[count * _frames * _width];
        Parallel.For(0, (count + PerVideo - 1) / PerVideo, new ParallelOptions { CancellationToken = cancel }, video =>
        {
            var rest = frames.AsSpan(video * PerVideo * _frames * _width);
            Film(new Random(unchecked((_seed * 1_000_003) + (first / PerVideo) + video + 1)), rest[..Math.Min(rest.Length, PerVideo * _frames * _width)]);
        });
        var (mask, vectors, features) = (new float[count * _frames], new float[count * _width], new float[frames.Length]);
        Array.Fill(mask, 1);
        _model.EncodeVideo(frames, mask, count, vectors, features, cancel);
        var segments = new Segment[count];
        Parallel.For(0, count, at => segments[at] = Finish(first + at, Row(frames, at, _frames * _width), Row(vectors, at, _width), Row(features, at, _frames * _width)));
        return segments;
    }, cancel);

    /// <summary>Frame embeddings of a video.</summary>
    private void Film(Random random, Span<float> frames)
    {
        var (ofVideo, ofSegment, own) = (new float[_width], new float[_width], new float[_width]);
        Direct(random, ofVideo);
        for (var at = 0; at < frames.Length / _width; at++)
        {
            if (at % _frames == 0)
                Direct(random, ofSegment);
            Direct(random, own);
            var row = frames.Slice(at * _width, _width);
            AddShare(row, _common, SharedByAll);
            AddShare(row, ofVideo, SharedInVideo - SharedByAll);
            AddShare(row, ofSegment, SharedInSegment - SharedInVideo);
            AddShare(row, own, 1 - SharedInSegment);
            Normalise(row, Length);
        }
    }

    private Segment Finish(int number, Span<float> frames, ReadOnlySpan<float> vector, ReadOnlySpan<float> features)
    {
        var (video, index, image) = (VideoId.FromSha256(Hash(number / PerVideo)), number % PerVideo, new float[_width]);
        for (var frame = 0; frame < _frames; frame++)
        {
            var row = Row(frames, frame, _width);
            Normalise(row, 1);
            TensorPrimitives.Add(image, row, image);
        }
        Normalise(image, 1);
        float[] times = [.. Enumerable.Range(index * _frames, _frames).Select(frame => (float)(frame * SecondsPerFrame))];
        var place = new SegmentPlace(SegmentId.Of(video, _model.Id, index), video, index, times[0], times[^1] + SecondsPerFrame, times);
        return new(place, vector.ToArray(), image, Halves(frames), _model.HasOwnFeatures ? Halves(features) : null, _layouts);
    }

    /// <summary>Sets a random unit vector, in which few directions matter most.</summary>
    private void Direct(Random random, Span<float> direction)
    {
        // Box and Muller: two uniform values, as a length and an angle, are two normal ones.
        var half = (direction.Length + 1) / 2;
        var (lengths, angles) = (new float[half], new float[half]);
        for (var at = 0; at < half; at++)
            (lengths[at], angles[at]) = (1 - random.NextSingle(), MathF.Tau * random.NextSingle());
        TensorPrimitives.Log(lengths, lengths);
        TensorPrimitives.Multiply(lengths, -2, lengths);
        TensorPrimitives.Sqrt(lengths, lengths);
        TensorPrimitives.Cos(angles, direction[..half]);
        TensorPrimitives.Multiply(direction[..half], lengths, direction[..half]);
        var other = direction[half..];
        TensorPrimitives.Sin(angles.AsSpan(0, other.Length), other);
        TensorPrimitives.Multiply(other, lengths.AsSpan(0, other.Length), other);
        TensorPrimitives.Multiply(direction, _deviations, direction);
        Normalise(direction, 1);
    }

    private static byte[] Hash(int number) => SHA256.HashData(BitConverter.GetBytes(number));

    private static Span<float> Row(Span<float> rows, int at, int width) => rows.Slice(at * width, width);

    private static void AddShare(Span<float> row, ReadOnlySpan<float> direction, double share) =>
        TensorPrimitives.MultiplyAdd(direction, (float)Math.Sqrt(share), row, row);

    private static void Normalise(Span<float> row, float length) => TensorPrimitives.Multiply(row, length / TensorPrimitives.Norm<float>(row), row);

    private static Half[] Halves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }
}
