using System.Collections.Concurrent;
using System.Threading.Channels;

namespace TcMgc.Shared.Catalog;

/// <summary>Tells whoever listens which videos something happened to, and how far a stage has come with one. A listener that is too slow misses the oldest.</summary>
public sealed class CatalogChanges
{
    private const int Kept = 1024;

    private readonly ConcurrentDictionary<Listener, bool> _listeners = new();
    private readonly ConcurrentDictionary<VideoId, VideoChange> _underWay = new();

    /// <summary>Listens from now on, until disposed.</summary>
    public Listener Listen()
    {
        var listener = new Listener(this);
        _listeners[listener] = true;
        return listener;
    }

    /// <summary>Something happened to a video that its catalog entry says.</summary>
    internal void Tell(VideoId video)
    {
        _underWay.TryRemove(video, out _);
        foreach (var listener in _listeners.Keys)
            listener.Tell(new(video));
    }

    /// <summary>A stage has come further with a video; the same twice is told once.</summary>
    internal void TellProgress(VideoChange progress)
    {
        if (_underWay.TryGetValue(progress.Video, out var former) && former == progress)
            return;
        _underWay[progress.Video] = progress;
        foreach (var listener in _listeners.Keys)
            listener.TellIfThereIsTime(progress);
    }

    /// <summary>One who listens.</summary>
    public sealed class Listener : IDisposable
    {
        private readonly CatalogChanges _changes;
        private readonly Channel<VideoChange> _told = Channel.CreateBounded<VideoChange>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });

        internal Listener(CatalogChanges changes) => _changes = changes;

        /// <summary>What is told next; null once cancelled.</summary>
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

        /// <summary>Progress never takes the place of what happened.</summary>
        internal void TellIfThereIsTime(VideoChange progress)
        {
            if (_told.Reader.Count < Kept / 2)
                Tell(progress);
        }
    }
}

/// <summary>Something happened to a video, or a stage has come further with it.</summary>
/// <param name="Video">The video.</param>
/// <param name="Stage">The stage that has come further; null where the catalog's entry has changed.</param>
/// <param name="Percent">How far the stage has come, 0 to 100.</param>
public sealed record VideoChange(VideoId Video, string? Stage = null, int Percent = 0);
