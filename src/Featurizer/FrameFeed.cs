using TcMgc.Shared;

namespace TcMgc.Featurizer;

/// <summary>Sends the frames of one video to a <see cref="FrameBatcher"/>; disposed when no more of them follow.</summary>
internal sealed class FrameFeed(FrameBatcher batcher) : IDisposable
{
    private bool _mayFollow = true;

    /// <summary>Encodes the video's next frames, together with those of other videos.</summary>
    /// <param name="rgb">count × S × S × 3 bytes.</param>
    /// <param name="embeddings">Receives count × D.</param>
    /// <param name="count">Frames, at least 1.</param>
    /// <param name="isLast">Whether no frames of the video follow.</param>
    /// <param name="cancel">Gives up; neither memory is used after the task has ended.</param>
    public async ValueTask EncodeAsync(
        ReadOnlyMemory<byte> rgb, Memory<float> embeddings, int count, bool isLast, CancellationToken cancel)
    {
        var request = new FrameRequest(rgb, embeddings, count, isLast, cancel);
        _mayFollow = !isLast;
        int size;
        using (FeaturizeTelemetry.Begin(SpanNames.BatchWait))
        {
            await batcher.SendAsync(request);
            size = await request.Started;
        }
        using var span = FeaturizeTelemetry.Begin(SpanNames.Batch)?.SetTag(AttributeNames.BatchSize, size);
        await request.Done;
    }

    public void Dispose()
    {
        if (_mayFollow)
            batcher.Leave();
        _mayFollow = false;
    }
}
