using System.Collections.Concurrent;
using System.Threading.Channels;

namespace TcMgc.Shared.Catalog;

/// <summary>
/// Tells listeners which videos have changed, and the progress of stages. A listener that is too slow misses the oldest changes.
/// </summary>
public sealed class CatalogChanges
{
    private const int Kept = 1024;

    private readonly ConcurrentDictionary<Listener, bool> _listeners = new();
    private readonly ConcurrentDictionary<VideoId, VideoChange> _progress = new();

    /// <summary>How far the stages that are under way have come.</summary>
    public IEnumerable<VideoChange> UnderWay => _progress.Values;

    /// <summary>Listens from now on, until disposed.</summary>
    public Listener Listen()
    {
        var listener = new Listener(this);
        _listeners[listener] = true;
        return listener;
    }

    /// <summary>Tells that a video's catalog entry has changed.</summary>
    internal void Tell(VideoId video)
    {
        _progress.TryRemove(video, out _);
        foreach (var listener in _listeners.Keys)
            listener.Tell(new(video));
    }

    /// <summary>Tells of a stage's progress; the same progress is told once.</summary>
    internal void TellProgress(VideoChange progress)
    {
        if (_progress.TryGetValue(progress.Video, out var former) && former == progress)
            return;
        _progress[progress.Video] = progress;
        foreach (var listener in _listeners.Keys)
            listener.TellIfNotBusy(progress);
    }

    /// <summary>Receives changes.</summary>
    public sealed class Listener : IDisposable
    {
        private readonly CatalogChanges _changes;
        private readonly Channel<VideoChange> _told = Channel.CreateBounded<VideoChange>(
            new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });

        internal Listener(CatalogChanges changes) => _changes = changes;

        /// <summary>The next change; null once cancelled.</summary>
        public async ValueTask<VideoChange?> NextAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await _told.Reader.ReadAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _changes._listeners.TryRemove(this, out _);

        internal void Tell(VideoChange change) => _told.Writer.TryWrite(change);

        /// <summary>Progress never displaces a changed entry.</summary>
        internal void TellIfNotBusy(VideoChange progress)
        {
            if (_told.Reader.Count < Kept / 2)
                Tell(progress);
        }
    }
}

/// <summary>A video's catalog entry has changed, or a stage has made progress with it.</summary>
/// <param name="Video">The video.</param>
/// <param name="Stage">The stage that has made progress; null where the catalog entry has changed.</param>
/// <param name="Percent">Progress of the stage, 0 to 100.</param>
public sealed record VideoChange(VideoId Video, string? Stage = null, int Percent = 0);
