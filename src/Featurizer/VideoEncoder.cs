using System.Buffers;
using System.Numerics.Tensors;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Featurizer;

/// <summary>
/// Turns frame packs into segments; videos that are encoded at the same time share batches of the frame encoder. It knows no
/// events, no catalog and no retries.
/// </summary>
/// <param name="model">Encodes frames and segments.</param>
/// <param name="packs">Holds the frame packs.</param>
/// <param name="time">Measures how long a batch waits.</param>
/// <param name="options">Batch sizes and segment boundaries.</param>
public sealed class VideoEncoder(VideoTextModel model, IBlobStore packs, TimeProvider time, FeaturizeOptions options)
    : IAsyncDisposable
{
    private readonly FrameBatcher _batcher = new(model, time, options);

    /// <summary>The model.</summary>
    public VideoTextModel Model => model;

    /// <summary>Most videos that share batches.</summary>
    public int Videos => options.Videos;

    /// <summary>Encodes the frames of one video. Up to <see cref="Videos"/> calls may run at the same time.</summary>
    /// <param name="video">The video.</param>
    /// <param name="collection">The collection that its segments are found in.</param>
    /// <param name="name">Name of the blob with its frame pack.</param>
    /// <param name="duration">Length of the video in seconds.</param>
    /// <param name="progress">Receives progress after every batch. Optional.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The segments in the order of their time, at least one; or what is wrong with the pack.</returns>
    /// <exception cref="WrongSettingException">
    /// The frames are not of the side that the model takes, or its weights are damaged.
    /// </exception>
    /// <exception cref="UserException">The blob store cannot be used; the video can be tried again.</exception>
    public async ValueTask<StepResult<IReadOnlyList<Segment>>> EncodeAsync(
        VideoId video, CollectionId collection, string name, double duration, IProgress<EncodeProgress>? progress,
        CancellationToken cancel)
    {
        using var span = FeaturizeTelemetry.Begin(SpanNames.Encode);
        try
        {
            if (await packs.OpenReadAsync(name, cancel) is not { } blob)
                return Fault("missing", $"its frames ({name}) are not in the blob store; index the video again");
            var pack = await FramePackReader.OpenAsync(blob, cancel);
            await using var _ = pack;
            if (pack.Count == 0)
                return Fault("empty", "it has no frames");
            if (pack.Side != model.FrameSide)
                throw new WrongSettingException("Decode:FrameSide", $"Decode:FrameSide: the frames of video {video} are "
                    + $"{pack.Side}×{pack.Side}, the model {model.Id} takes {model.FrameSide}×{model.FrameSide}; set it to "
                    + $"{model.FrameSide} in Ingest and start Ingest again, which decodes the video again");
            return new(await EncodeFramesAsync(video, collection, pack, duration, progress, cancel));
        }
        catch (InvalidDataException error)
        {
            return Fault("damaged", $"its frames cannot be read: {error.Message}; index the video again");
        }
    }

    /// <summary>Ends the encoding; no call of <see cref="EncodeAsync"/> may be running.</summary>
    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private async ValueTask<IReadOnlyList<Segment>> EncodeFramesAsync(
        VideoId video, CollectionId collection, FramePackReader pack, double duration, IProgress<EncodeProgress>? progress,
        CancellationToken cancel)
    {
        var rgb = ArrayPool<byte>.Shared.Rent(options.FrameBatch * model.FrameBytes);
        var similar = options.SimilarFrames > 0
            ? new SimilarFrames(model.FrameSide, model.Width, options.SimilarFrames) : null;
        var chosen = similar is null ? rgb : new byte[options.FrameBatch * model.FrameBytes];
        using var feed = _batcher.Open();
        try
        {
            var segments = new SegmentEncoder(model, video, collection, duration, options);
            var embeddings = new float[options.FrameBatch * model.Width];
            while (await pack.ReadAsync(rgb.AsMemory(0, options.FrameBatch * model.FrameBytes), cancel) is var count and > 0)
            {
                var distinct = similar?.Choose(rgb.AsSpan(0, count * model.FrameBytes), chosen) ?? count;
                if (distinct > 0)
                    await feed.EncodeAsync(chosen, embeddings, distinct, isLast: pack.Position == pack.Count, cancel);
                similar?.Spread(embeddings, count);
                var times = pack.Times.Span[(pack.Position - count)..pack.Position];
                AddFrames(segments, rgb, embeddings.AsSpan(0, count * model.Width), times, cancel);
                progress?.Report(new(video, pack.Position, pack.Count));
            }
            return segments.Complete(cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgb);
        }
    }

    private void AddFrames(SegmentEncoder segments, ReadOnlySpan<byte> rgb, ReadOnlySpan<float> embeddings,
        ReadOnlySpan<double> times, CancellationToken cancel)
    {
        // A NaN would spread into every vector pooled from this frame.
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(embeddings)))
            throw new WrongSettingException("Model", $"Model: {model.Id} yields NaN or infinity; its weights are damaged");
        Span<byte> layout = stackalloc byte[ColourLayout.Bytes];
        for (var frame = 0; frame < times.Length; frame++)
        {
            ColourLayout.Of(rgb.Slice(frame * model.FrameBytes, model.FrameBytes), model.FrameSide, layout);
            segments.Add(embeddings.Slice(frame * model.Width, model.Width), layout, (float)times[frame], cancel);
        }
    }

    private static StepResult<IReadOnlyList<Segment>> Fault(string kind, string reason) => new(new VideoFault(kind, reason));
}
