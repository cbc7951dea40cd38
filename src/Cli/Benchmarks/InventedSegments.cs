using System.Numerics.Tensors;
using System.Security.Cryptography;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
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
internal sealed class InventedSegments(VideoTextModel model, int seed)
{
    /// <summary>Segments of a video: some three minutes.</summary>
    public const int PerVideo = 20;

    private const double SharedByAll = 0.18, SharedInVideo = 0.73, SharedInSegment = 0.85;

    /// <summary>Ratio of one direction's variance to the next: about ten directions matter, which gives the deviation of 0.26.</summary>
    private const double Decay = 0.82;

    /// <summary>Length of an embedding that is not normalised, as CLIP's are.</summary>
    private const float Length = 10;

    private const double SecondsPerFrame = 1;

    private readonly Random _random = new(seed);
    private readonly int _frames = model.SegmentFrames, _width = model.Width;

    /// <summary>Fills an empty folder with so many segments and a catalog entry for each video.</summary>
    public async Task FillAsync(DataFolder folder, int segments, TimeProvider time, CancellationToken cancel)
    {
        await folder.Index.BindAsync(new(model.Id, _width, _frames, null), cancel).ConfigureAwait(false);
        var common = Direction();
        for (var first = 0; first < segments; first += PerVideo)
        {
            var (number, count) = (first / PerVideo, Math.Min(PerVideo, segments - first));
            var hash = SHA256.HashData(BitConverter.GetBytes(number));
            var video = VideoId.FromSha256(hash);
            await folder.Index.UpsertAsync(Segments(video, count, common, cancel), cancel).ConfigureAwait(false);
            await CatalogueAsync(folder.Catalog, video, $"{number}.mp4", Convert.ToHexStringLower(hash), count, time.GetUtcNow(), cancel).ConfigureAwait(false);
        }
    }

    private async Task CatalogueAsync(ICatalog catalog, VideoId video, string name, string sha256, int segments, DateTimeOffset now, CancellationToken cancel)
    {
        var upload = new VideoUploaded { VideoId = video, Time = now, FileName = name, Sha256 = sha256, Bytes = 1, Source = name };
        await catalog.ApplyAsync(upload, cancel).ConfigureAwait(false);
        await catalog.ApplyAsync(new VideoIndexed
        {
            VideoId = video,
            UploadId = upload.EventId,
            Time = now,
            ModelId = model.Id,
            Segments = segments,
            Frames = segments * _frames,
            Elapsed = 0,
        }, cancel).ConfigureAwait(false);
    }

    private Segment[] Segments(VideoId video, int count, float[] common, CancellationToken cancel)
    {
        var frames = new float[count * _frames * _width];
        var ofVideo = Direction();
        for (var segment = 0; segment < count; segment++)
        {
            var ofSegment = Direction();
            for (var frame = 0; frame < _frames; frame++)
            {
                var row = frames.AsSpan(((segment * _frames) + frame) * _width, _width);
                AddShare(row, common, SharedByAll);
                AddShare(row, ofVideo, SharedInVideo - SharedByAll);
                AddShare(row, ofSegment, SharedInSegment - SharedInVideo);
                AddShare(row, Direction(), 1 - SharedInSegment);
                Normalise(row, Length);
            }
        }
        var (mask, vectors, features) = (new float[count * _frames], new float[count * _width], new float[frames.Length]);
        Array.Fill(mask, 1);
        model.EncodeVideo(frames, mask, count, vectors, features, cancel);
        return [.. Enumerable.Range(0, count).Select(index => Finish(video, index, frames, vectors, features))];
    }

    private Segment Finish(VideoId video, int index, float[] frames, float[] vectors, float[] features)
    {
        var (image, values) = (new float[_width], _frames * _width);
        var rows = frames.AsSpan(index * values, values);
        for (var frame = 0; frame < _frames; frame++)
        {
            var row = rows.Slice(frame * _width, _width);
            Normalise(row, 1);
            TensorPrimitives.Add(image, row, image);
        }
        Normalise(image, 1);
        float[] times = [.. Enumerable.Range(index * _frames, _frames).Select(frame => (float)(frame * SecondsPerFrame))];
        var place = new SegmentPlace(SegmentId.Of(video, model.Id, index), video, index, times[0], times[^1] + SecondsPerFrame, times);
        return new(place, vectors.AsSpan(index * _width, _width).ToArray(), image, Halves(rows),
            model.HasOwnFeatures ? Halves(features.AsSpan(index * values, values)) : null, new byte[_frames * ColourLayout.Bytes]);
    }

    /// <summary>A random unit vector, in which few directions matter most.</summary>
    private float[] Direction()
    {
        var (values, deviation) = (new float[_width], 1.0);
        for (var at = 0; at < values.Length; at++, deviation *= Math.Sqrt(Decay))
            values[at] = (float)(deviation * Normal());
        Normalise(values, 1);
        return values;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble());

    private static void AddShare(Span<float> row, float[] direction, double share) =>
        TensorPrimitives.MultiplyAdd(direction, (float)Math.Sqrt(share), row, row);

    private static void Normalise(Span<float> row, float length) => TensorPrimitives.Multiply(row, length / TensorPrimitives.Norm<float>(row), row);

    private static Half[] Halves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }
}
