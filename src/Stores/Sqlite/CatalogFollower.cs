using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;

namespace TcMgc.Stores.Sqlite;

/// <summary>Brings the catalog, and the transcripts that follow it, up with an event log, entry by entry.</summary>
internal sealed class CatalogFollower(SqliteCatalog catalog, TranscriptIndex transcripts)
{
    private readonly HashSet<string> _newer = new(StringComparer.Ordinal);
    private LogEntry? _done;

    /// <summary>Applies an entry; the same again after a failure does no harm.</summary>
    /// <param name="entry">What the log gave.</param>
    /// <param name="blobs">Holds transcripts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserException">A store cannot be used.</exception>
    public async ValueTask ApplyAsync(LogEntry entry, IBlobStore blobs, CancellationToken cancellationToken)
    {
        // An entry is done when its transcript is there too; that is remembered with the next one, in the same transaction.
        catalog.Apply(entry.Event, _done);
        if (entry.Event is { } happened
            && await catalog.GetAsync(happened.VideoId, cancellationToken) is { } known)
            await transcripts.FollowAsync(known, blobs, cancellationToken);
        // What a newer program wrote is read again by the next start, which may be that program's.
        if (entry.IsNewer)
            _newer.Add(entry.Partition);
        _done = _newer.Contains(entry.Partition) ? null : entry;
    }
}
