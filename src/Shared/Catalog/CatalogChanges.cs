using System.Collections.Concurrent;
using System.Threading.Channels;

namespace TcMgc.Shared.Catalog;

/// <summary>Tells whoever listens which videos something happened to. A listener that is too slow misses the oldest.</summary>
public sealed class CatalogChanges
{
    private const int Kept = 1024;

    private readonly ConcurrentDictionary<Listener, bool> _listeners = new();

    /// <summary>Listens from now on, until disposed.</summary>
    public Listener Listen()
    {
        var listener = new Listener(this);
        _listeners[listener] = true;
        return listener;
    }

    internal void Tell(VideoId video)
    {
        foreach (var listener in _listeners.Keys)
            listener.Tell(video);
    }

    /// <summary>One who listens.</summary>
    public sealed class Listener : IDisposable
    {
        private readonly CatalogChanges _changes;
        private readonly Channel<VideoId> _videos = Channel.CreateBounded<VideoId>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });

        internal Listener(CatalogChanges changes) => _changes = changes;

        /// <summary>The next video that something happened to; null once cancelled.</summary>
        public async ValueTask<VideoId?> NextAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await _videos.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _changes._listeners.TryRemove(this, out _);

        internal void Tell(VideoId video) => _videos.Writer.TryWrite(video);
    }
}
