using System.Collections.Concurrent;

namespace TcMgc.Shared.Frames;

/// <summary>
/// Bounds the frame packs that exist at a time where one process decodes and encodes: the decoder enters before it makes a pack,
/// the encoder leaves when it has deleted it.
/// </summary>
/// <param name="packs">Most packs, at least 1.</param>
public sealed class FramePackRoom(int packs) : IDisposable
{
    private readonly SemaphoreSlim _free = new(packs);
    private readonly ConcurrentDictionary<Guid, bool> _held = new();

    /// <summary>Waits until there is room for the pack of an upload.</summary>
    public async ValueTask EnterAsync(Guid upload, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        _held[upload] = true;
    }

    /// <summary>Frees the room of an upload; nothing happens where it holds none (its pack is of an earlier run).</summary>
    public void Leave(Guid upload)
    {
        if (_held.TryRemove(upload, out _))
            _free.Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
