namespace TcMgc.Featurizer;

/// <summary>Frames of one video that a <see cref="FrameBatcher"/> encodes, in one or more batches.</summary>
/// <param name="rgb">count × S × S × 3 bytes.</param>
/// <param name="embeddings">Receives count × D.</param>
/// <param name="count">Frames.</param>
/// <param name="isLast">Whether no frames of the video follow.</param>
/// <param name="cancelled">Cancelled when nobody needs the embeddings any more.</param>
internal sealed class FrameRequest(
    ReadOnlyMemory<byte> rgb, Memory<float> embeddings, int count, bool isLast, CancellationToken cancelled)
{
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _received;

    /// <summary>A request without frames, which wakes whoever waits for some.</summary>
    public static FrameRequest None { get; } = Nothing();

    public bool IsLast => isLast;

    public CancellationToken Cancelled => cancelled;

    /// <summary>Frames that are in a batch already.</summary>
    public int Sent { get; private set; }

    /// <summary>Frames that are in no batch yet.</summary>
    public int Waiting => count - Sent;

    public bool HasEnded => _done.Task.IsCompleted;

    /// <summary>Whether its frames are still to be encoded.</summary>
    public bool IsPending => !HasEnded && !cancelled.IsCancellationRequested;

    /// <summary>Ends when the encoding of its first frames begins, with the frames in that batch.</summary>
    public Task<int> Started => _started.Task;

    /// <summary>Ends when every frame has its embedding.</summary>
    public Task Done => _done.Task;

    /// <summary>Copies its next frames.</summary>
    public void CopyNext(int frames, Span<byte> pixels)
    {
        rgb.Span.Slice(Sent * (pixels.Length / frames), pixels.Length).CopyTo(pixels);
        Sent += frames;
    }

    public void Start(int batch) => _started.TrySetResult(batch);

    /// <summary>Receives the embeddings of some frames.</summary>
    /// <returns>Whether all frames have theirs now.</returns>
    public bool Receive(int start, int frames, ReadOnlySpan<float> values)
    {
        values.CopyTo(embeddings.Span[(start * (values.Length / frames))..]);
        return (_received += frames) == count;
    }

    public void Finish() => _done.TrySetResult();

    public void Cancel()
    {
        _started.TrySetCanceled(cancelled);
        _done.TrySetCanceled(cancelled);
    }

    public void Fail(Exception error)
    {
        _started.TrySetResult(0);
        _done.TrySetException(error);
    }

    private static FrameRequest Nothing()
    {
        var request = new FrameRequest(default, default, 0, isLast: true, CancellationToken.None);
        request.Finish();
        return request;
    }
}
