using System.Diagnostics;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Benchmarks;

/// <summary>
/// Segments of videos that nobody filmed. Their frame embeddings are alike as those of models/tiny are on the 1,000 test videos
/// of the drawn world: cosine 0.18 ± 0.26 between videos, 0.73 between segments of a video, 0.85 within a segment. A frame is a
/// sum of four parts with these shares: one that all have, the video's, the segment's and its own.
/// </summary>
internal sealed class InventedSegments
{
    /// <summary>Segments of a video: some three minutes.</summary>
    public const int PerVideo = 20;

    /// <summary>Videos that are made, and written in one transaction, at a time.</summary>
    private const int VideosAtATime = 50;

    /// <summary>Of the write-ahead logs together, where no transaction is longer.</summary>
    private const long LogBytes = 16 << 20;

    private const double SharedByAll = 0.18, SharedInVideo = 0.73, SharedInSegment = 0.85;

    /// <summary>
    /// Ratio of one direction's variance to the next: about ten directions matter, which gives the deviation of 0.26.
    /// </summary>
    private const double Decay = 0.82;

    /// <summary>Random directions, of which every part is one: the first is that of all.</summary>
    private const int Directions = 4096;

    private const double SecondsPerFrame = 1;

    private readonly VideoTextModel _model;
    private readonly int _seed, _frames, _width;
    private readonly float[] _directions;
    private readonly byte[] _layouts;

    public InventedSegments(VideoTextModel model, int seed)
    {
        (_model, _seed, _frames, _width) = (model, seed, model.SegmentFrames, model.Width);
        _directions = new float[Directions * _width];
        var random = new Random(seed);
        for (var at = 0; at < Directions; at++)
            Direct(random, Row(_directions, at, _width));
        _layouts = new byte[_frames * ColourLayout.Bytes];
    }

    /// <summary>
    /// Bytes of disk that so many take, about: vectors, what finds them and a twentieth of a catalog entry, a tenth that pages
    /// leave empty, and write-ahead logs, in which a whole transaction lies.
    /// </summary>
    public long BytesOf(int segments)
    {
        var halves = (_model.HasOwnFeatures ? 2 : 1) * _frames * _width;
        var each = 1.1 * ((2 * sizeof(float) * _width) + (2 * halves) + _layouts.Length + 350);
        return (long)((segments * each) + Math.Max(LogBytes, Math.Min(segments, VideosAtATime * PerVideo) * each));
    }

    /// <summary>Fills an empty folder with so many segments and a catalog entry for each video.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="segments">How many.</param>
    /// <param name="time">Dates the entries.</param>
    /// <param name="filled">Is told, after each transaction, how many are there.</param>
    /// <param name="cancel">Stops between transactions.</param>
    public async Task<FillCosts> FillAsync(DataFolder folder, int segments, TimeProvider time, Action<int> filled,
        CancellationToken cancel)
    {
        var costs = new FillCosts();
        await folder.Index.BindAsync(new(_model.Id, _width, _frames, null), cancel);
        for (var first = 0; first < segments; first += VideosAtATime * PerVideo)
        {
            // One step after the other: each one's time is its own.
            var (from, count, since) = (first, Math.Min(VideosAtATime * PerVideo, segments - first), Stopwatch.GetTimestamp());
            var made = await Task.Run(() => Make(from, count, cancel), cancel);
            costs.Spent("invent", ref since);
            await folder.Index.UpsertAsync(made, cancel);
            costs.Spent("index", ref since);
            await folder.Catalog.ApplyAsync(Events(first, made.Length, time.GetUtcNow()), cancel);
            costs.Spent("catalog", ref since);
            costs.Wrote(made);
            filled(first + made.Length);
        }
        costs.Filled(folder.Path);
        return costs;
    }

    private List<VideoEvent> Events(int first, int segments, DateTimeOffset now)
    {
        var events = new List<VideoEvent>();
        for (var at = 0; at < segments; at += PerVideo)
        {
            var (number, count) = ((first + at) / PerVideo, Math.Min(PerVideo, segments - at));
            var (hash, name) = (Hash(number), $"{number}.mp4");
            var upload = new VideoUploaded
            {
                VideoId = VideoId.FromSha256(hash),
                Time = now,
                FileName = name,
                Sha256 = Convert.ToHexStringLower(hash),
                Bytes = 1,
                Source = name
            };
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

    /// <summary>
    /// Segments of whole videos (but the last), from the first on; their video is a matter of the seed and its number alone.
    /// </summary>
    private Segment[] Make(int first, int count, CancellationToken cancel)
    {
        var made = new Segment[count];
        Parallel.For(0, (count + PerVideo - 1) / PerVideo, new ParallelOptions { CancellationToken = cancel }, video =>
        {
            var (at, number) = (video * PerVideo, (first / PerVideo) + video);
            var frames = new float[Math.Min(PerVideo, count - at) * _frames * _width];
            Film(new Random(unchecked((_seed * 1_000_003) + number + 1)), frames);
            for (var index = 0; index * _frames * _width < frames.Length; index++)
                made[at + index] = Finish(number, index, Row(frames, index, _frames * _width));
        });
        return made;
    }

    /// <summary>Frame embeddings of a video.</summary>
    private void Film(Random random, Span<float> frames)
    {
        var (ofVideo, ofSegment) = (random.Next(Directions), 0);
        for (var at = 0; at < frames.Length / _width; at++)
        {
            if (at % _frames == 0)
                ofSegment = random.Next(Directions);
            var row = Row(frames, at, _width);
            AddShare(row, 0, SharedByAll);
            AddShare(row, ofVideo, SharedInVideo - SharedByAll);
            AddShare(row, ofSegment, SharedInSegment - SharedInVideo);
            AddShare(row, random.Next(Directions), 1 - SharedInSegment);
            Normalise(row);
        }
    }

    /// <summary>
    /// The frames and their mean stand for what the model would make of them: they are as long, and the model takes many times as
    /// long as the store.
    /// </summary>
    private Segment Finish(int video, int index, Span<float> frames)
    {
        var (id, mean) = (VideoId.FromSha256(Hash(video)), new float[_width]);
        for (var frame = 0; frame < _frames; frame++)
            TensorPrimitives.Add(mean, Row(frames, frame, _width), mean);
        Normalise(mean);
        float[] times = [.. Enumerable.Range(index * _frames, _frames).Select(frame => (float)(frame * SecondsPerFrame))];
        var place = new SegmentPlace(SegmentId.Of(id, _model.Id, index), id, index, times[0], times[^1] + SecondsPerFrame, times);
        var halves = new Half[frames.Length];
        TensorPrimitives.ConvertToHalf(frames, halves);
        return new(place, mean, mean, halves, _model.HasOwnFeatures ? halves : null, _layouts);
    }

    /// <summary>Sets a random unit vector, in which few directions matter most.</summary>
    private static void Direct(Random random, Span<float> direction)
    {
        // Box and Muller: two uniform values, as a length and an angle, are a normal one.
        for (var at = 0; at < direction.Length; at++)
        {
            var (length, angle) = (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), Math.Tau * random.NextDouble());
            direction[at] = (float)(Math.Pow(Decay, at / 2.0) * length * Math.Cos(angle));
        }
        Normalise(direction);
    }

    private static byte[] Hash(int number) => SHA256.HashData(BitConverter.GetBytes(number));

    private static Span<float> Row(Span<float> rows, int at, int width) => rows.Slice(at * width, width);

    private void AddShare(Span<float> row, int direction, double share) =>
        TensorPrimitives.MultiplyAdd(Row(_directions, direction, _width), (float)Math.Sqrt(share), row, row);

    private static void Normalise(Span<float> row) => TensorPrimitives.Multiply(row, 1 / TensorPrimitives.Norm<float>(row), row);
}
