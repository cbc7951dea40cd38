using System.Threading.Channels;
using TcMgc.Model;
using TcMgc.Shared;

namespace TcMgc.Featurizer;

/// <summary>
/// Gathers the frames of the videos in flight into batches for the frame encoder, one batch at a time. A batch closes when it is
/// full, when no video that could add to it is on its way, or when it has waited for one long enough. At most one request of
/// each video waits. Encoding has a thread of its own, before which queries go.
/// </summary>
internal sealed class FrameBatcher : IAsyncDisposable
{
    /// <summary>The name of the thread, and of libtorch's that help it.</summary>
    public const string ThreadName = "frame encoder";

    private readonly record struct Part(FrameRequest Request, int Start, int Frames);

    private readonly VideoTextModel _model;
    private readonly TimeProvider _time;
    private readonly int _most;
    private readonly TimeSpan _wait;
    private readonly Channel<FrameRequest> _queue;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    // The batch that is being gathered: B × S × S × 3 pixels, and B × D embeddings.
    private readonly List<Part> _parts = [];
    private readonly byte[] _rgb;
    private readonly float[] _embeddings;
    private int _frames;

    // Videos whose next frames are being read.
    private int _reading;

    public FrameBatcher(VideoTextModel model, TimeProvider time, FeaturizeOptions options)
    {
        (_model, _time, _most, _wait) = (model, time, options.FrameBatch, options.BatchWait);
        _queue = Channel.CreateBounded<FrameRequest>(new BoundedChannelOptions(options.Videos) { SingleReader = true });
        _rgb = GC.AllocateUninitializedArray<byte>(_most * model.FrameBytes);
        _embeddings = new float[_most * model.Width];
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Opens the feed of a video; it stays open as long as frames may follow.</summary>
    public FrameFeed Open()
    {
        Interlocked.Increment(ref _reading);
        return new(this);
    }

    /// <summary>Stops; waiting requests are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _queue.Writer.TryComplete();
        await _running;
        _end.Dispose();
    }

    /// <summary>Queues frames of a video, which are no longer read once <see cref="FrameRequest.Done"/> has ended.</summary>
    internal ValueTask SendAsync(FrameRequest request)
    {
        Interlocked.Decrement(ref _reading);
        FeaturizeTelemetry.Queue.Add(request.Waiting);
        return _queue.Writer.WriteAsync(request, CancellationToken.None); // Room comes with the next batch.
    }

    /// <summary>Says that no frames of a video follow: no batch waits for it.</summary>
    internal void Leave()
    {
        Interlocked.Decrement(ref _reading);
        _queue.Writer.TryWrite(FrameRequest.None); // Where the queue is full the reader is awake anyway.
    }

    private void Run()
    {
        Thread.CurrentThread.Name = ThreadName;
        BackgroundPriority.Enter();
        while (WaitForRequest(CancellationToken.None))
        {
            Gather();
            if (_frames > 0)
                Encode();
        }
    }

    private void Gather()
    {
        using var patience = new CancellationTokenSource(_wait, _time);
        while (_frames < _most)
            if (_queue.Reader.TryPeek(out var request))
                Add(request);
            else if (_frames == 0 || Volatile.Read(ref _reading) == 0 || !WaitForRequest(patience.Token))
                return;
    }

    /// <summary>Whether a request came before patience ended and the queue was closed.</summary>
    private bool WaitForRequest(CancellationToken patience)
    {
        try
        {
            return _queue.Reader.WaitToReadAsync(patience).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Adds frames of the first request in the queue to the batch, as many as there is room for.</summary>
    private void Add(FrameRequest request)
    {
        if (request.IsPending && !_end.IsCancellationRequested)
        {
            var (start, count) = (request.Sent, Math.Min(request.Waiting, _most - _frames));
            request.CopyNext(count, _rgb.AsSpan(_frames * _model.FrameBytes, count * _model.FrameBytes));
            FeaturizeTelemetry.Queue.Add(-count);
            _parts.Add(new(request, start, count));
            _frames += count;
            if (request.Waiting > 0)
                return;
        }
        else
        {
            FeaturizeTelemetry.Queue.Add(-request.Waiting);
            End(request, static request => request.Cancel());
        }
        _queue.Reader.TryRead(out _);
    }

    private void Encode()
    {
        foreach (var part in _parts)
            part.Request.Start(_frames);
        try
        {
            // A cancelled video cancels a batch of its own, but not one that others wait for.
            var only = _parts.Count == 1 ? _parts[0].Request.Cancelled : default;
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, only);
            _model.EncodeFrames(_rgb, _frames, _embeddings, cancel.Token);
            FeaturizeTelemetry.Frames.Add(_frames);
            FeaturizeTelemetry.BatchSize.Record(_frames);
            Deliver();
        }
#pragma warning disable CA1031 // The callers handle it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            foreach (var part in _parts)
                End(part.Request, request => request.Fail(error));
        }
        _parts.Clear();
        _frames = 0;
    }

    private void Deliver()
    {
        var at = 0;
        foreach (var (request, start, frames) in _parts)
        {
            if (request.Receive(start, frames, _embeddings.AsSpan(at * _model.Width, frames * _model.Width)))
                End(request, static request => request.Finish());
            at += frames;
        }
    }

    /// <summary>Ends a request. Its video counts as reading first, so that the next batch waits for it.</summary>
    private void End(FrameRequest request, Action<FrameRequest> how)
    {
        if (!request.IsLast && !request.HasEnded)
            Interlocked.Increment(ref _reading);
        how(request);
    }
}
