using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using TcMgc.Hosting;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Featurizer;

/// <summary>
/// Encodes the frames of decoded videos and writes their segments into the index; videos handled at a time share batches of the
/// frame encoder. Doing a video twice is as doing it once.
/// </summary>
/// <param name="model">Encodes frames and segments.</param>
/// <param name="modelFolder">Where the model lies, for the index to remember; null where that means nothing.</param>
/// <param name="log">Takes what became of decoded videos.</param>
/// <param name="blobs">Holds the frame packs.</param>
/// <param name="index">Takes the segments.</param>
/// <param name="catalog">Says which videos were removed meanwhile.</param>
/// <param name="time">Dates events and measures.</param>
/// <param name="options">Batch sizes and segment boundaries.</param>
public sealed class FeaturizeWorker(VideoTextModel model, string? modelFolder, IEventLog log, IBlobStore blobs, IVectorIndex index, ICatalog catalog,
    TimeProvider time, FeaturizeOptions options) : IAsyncDisposable
{
    /// <summary>The group under which featurizers share the log's events.</summary>
    public const string Group = "featurizer";

    private readonly FrameBatcher _batcher = new(model, time, options);

    /// <summary>A video that cannot be indexed, however often it is tried.</summary>
    private sealed class UnusableVideoException(string kind, string reason) : Exception(reason)
    {
        /// <summary>What is wrong, one of a few.</summary>
        public string Kind => kind;
    }

    /// <summary>Told of how far <see cref="RunAsync"/> has come with videos; may be null.</summary>
    public IProgress<FeaturizeProgress>? Progress { get; init; }

    /// <summary>Binds the index to the model.</summary>
    /// <exception cref="UserException">The index holds segments of another model.</exception>
    public ValueTask BindAsync(CancellationToken cancel) =>
        index.BindAsync(new(model.Id, model.Width, model.SegmentFrames, modelFolder), cancel);

    /// <summary>Handles decoded videos as the log brings them, until asked to stop; their frames are deleted once they are done.</summary>
    /// <param name="events">Brings them; what was not finished when it gives up is delivered again next time.</param>
    /// <param name="stop">Asks to stop.</param>
    /// <exception cref="UserException">The index holds segments of another model, or a store cannot be used.</exception>
    public async Task RunAsync(EventConsumer events, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(events);
        await events.Outages.WaitAsync(() => BindAsync(stop), stop);
        await events.RunAsync(new(Group, [Topics.Decoded]) { MaxInFlight = options.Videos }, async (happened, cancel) =>
        {
            var decoded = (VideoDecoded)happened;
            // Known to the catalog before the frames go: the same event delivered again then has nothing to do.
            if (await HandleAsync(decoded, Progress, cancel) is { } outcome)
            {
                await catalog.ApplyAsync(outcome, cancel);
                await MeasureAsync(outcome, cancel);
            }
            await blobs.DeleteAsync(decoded.FramePack, CancellationToken.None);
        }, stop);
    }

    /// <summary>The catalog follows the log and may not know of an upload yet that is indexed within a second.</summary>
    private async ValueTask MeasureAsync(UploadOutcome outcome, CancellationToken cancel)
    {
        if (outcome is not VideoIndexed indexed)
            return;
        var entry = await catalog.GetAsync(outcome.VideoId, cancel);
        if ((entry?.UploadedAt ?? MomentOf(indexed.Upload)) is { } uploaded)
            FeaturizeTelemetry.Searchable.Record((indexed.Time - uploaded).TotalSeconds);
    }

    /// <summary>
    /// When an id was made; null for one that does not say: version 7 begins with milliseconds since 1970 (RFC 9562).
    /// </summary>
    private static DateTimeOffset? MomentOf(Guid id) => id.Version == 7
        ? DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >>> 16)
        : null;

    /// <summary>
    /// Indexes one video of a bound index: all of its segments appear at once, then the log says so. A video that cannot be
    /// indexed becomes one <see cref="VideoFailed"/>. Any number may be handled at a time.
    /// </summary>
    /// <returns>What was appended to the log; null where nothing was to do: the video was removed, or is indexed already.</returns>
    /// <exception cref="UserException">A store cannot be used; the video can be tried again.</exception>
    public async ValueTask<UploadOutcome?> HandleAsync(VideoDecoded decoded, IProgress<FeaturizeProgress>? progress, CancellationToken cancel)
    {
        if (await IsRemovedAsync(decoded, cancel) || await IsIndexedAsync(decoded, cancel))
            return null;
        UploadOutcome outcome;
        try
        {
            outcome = await IndexAsync(decoded, progress, cancel);
        }
        catch (UnusableVideoException error)
        {
            FeaturizeTelemetry.Failed(error.Kind);
            outcome = new VideoFailed
            {
                VideoId = decoded.VideoId,
                UploadId = decoded.UploadId,
                Time = time.GetUtcNow(),
                Stage = Stages.Index,
                Reason = error.Message,
            };
        }
        if (await IsRemovedAsync(decoded, cancel))
        {
            await index.DeleteAsync(decoded.VideoId, cancel);
            return null;
        }
        await log.AppendAsync(outcome, cancel);
        return outcome;
    }

    /// <summary>Ends the encoding; no video may be in flight.</summary>
    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private async ValueTask<bool> IsRemovedAsync(VideoDecoded decoded, CancellationToken cancel) =>
        await catalog.GetAsync(decoded.VideoId, cancel) is { State: VideoState.Deleted } entry
        && entry.UploadId == decoded.UploadId;

    private async ValueTask<bool> IsIndexedAsync(VideoDecoded decoded, CancellationToken cancel) =>
        await catalog.GetAsync(decoded.VideoId, cancel) is { State: VideoState.Indexed } entry
        && entry.UploadId == decoded.UploadId && entry.ModelId == model.Id
        && await index.CountAsync(decoded.VideoId, cancel) == entry.Segments;

    private async ValueTask<VideoIndexed> IndexAsync(VideoDecoded decoded, IProgress<FeaturizeProgress>? progress, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        IReadOnlyList<Segment> segments;
        using (FeaturizeTelemetry.Begin(SpanNames.Encode))
            segments = await EncodeAsync(decoded, progress, cancel);
        using (FeaturizeTelemetry.Begin(SpanNames.Upsert))
            await index.UpsertAsync(segments, cancel);
        return new()
        {
            VideoId = decoded.VideoId,
            UploadId = decoded.UploadId,
            Time = time.GetUtcNow(),
            ModelId = model.Id,
            Segments = segments.Count,
            Frames = segments.Sum(segment => segment.Place.FrameTimes.Length),
            Elapsed = time.GetElapsedTime(started).TotalSeconds,
        };
    }

    private async ValueTask<IReadOnlyList<Segment>> EncodeAsync(VideoDecoded decoded, IProgress<FeaturizeProgress>? progress, CancellationToken cancel)
    {
        var rgb = ArrayPool<byte>.Shared.Rent(options.FrameBatch * model.FrameBytes);
        using var feed = _batcher.Open();
        try
        {
            var pack = await OpenAsync(decoded.FramePack, cancel);
            await using var _ = pack;
            var encoder = new SegmentEncoder(model, decoded.VideoId, decoded.Duration, options);
            var embeddings = new float[options.FrameBatch * model.Width];
            while (await pack.ReadAsync(rgb.AsMemory(0, options.FrameBatch * model.FrameBytes), cancel) is var count and > 0)
            {
                await feed.EncodeAsync(rgb, embeddings, count, isLast: pack.Position == pack.Count, cancel);
                AddFrames(encoder, rgb, embeddings.AsSpan(0, count * model.Width), pack.Times.Span[(pack.Position - count)..pack.Position], cancel);
                progress?.Report(new(decoded.VideoId, pack.Position, pack.Count));
            }
            return encoder.Complete(cancel);
        }
        catch (InvalidDataException error)
        {
            throw new UnusableVideoException("damaged", $"its frames cannot be read: {error.Message}; index the video again");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgb);
        }
    }

    private async ValueTask<FramePackReader> OpenAsync(string name, CancellationToken cancel)
    {
        var stream = await blobs.OpenReadAsync(name, cancel)
            ?? throw new UnusableVideoException("missing", $"its frames ({name}) are not in the blob store; index the video again");
        var pack = await FramePackReader.OpenAsync(stream, cancel);
        if (pack.Side == model.FrameSide && pack.Count > 0)
            return pack;
        await pack.DisposeAsync();
        throw pack.Count == 0
            ? new UnusableVideoException("empty", "it has no frames")
            : new UnusableVideoException("size", $"its frames are {pack.Side}×{pack.Side}, the model {model.Id} takes {model.FrameSide}×{model.FrameSide}; index the video again");
    }

    private void AddFrames(SegmentEncoder encoder, ReadOnlySpan<byte> rgb, ReadOnlySpan<float> embeddings, ReadOnlySpan<double> times, CancellationToken cancel)
    {
        // One number that is none would spoil every vector it is pooled into, and every later comparison.
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(embeddings)))
            throw new ModelException($"the model {model.Id} yields values that are no numbers; its weights are damaged");
        Span<byte> layout = stackalloc byte[ColourLayout.Bytes];
        for (var frame = 0; frame < times.Length; frame++)
        {
            ColourLayout.Of(rgb.Slice(frame * model.FrameBytes, model.FrameBytes), model.FrameSide, layout);
            encoder.Add(embeddings.Slice(frame * model.Width, model.Width), layout, (float)times[frame], cancel);
        }
    }
}
