using System.Collections.Concurrent;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// The transcript index: a file for each collection that has a transcript, so that neither the rank of a cue nor the time of a
/// search depends on what is said elsewhere.
/// </summary>
internal sealed class TranscriptIndex : ITranscriptIndex, IDisposable
{
    private const string Stem = "transcripts", Extension = ".db";

    private readonly string _folder;
    private readonly IBlobStore _blobs;
    private readonly ConcurrentDictionary<CollectionId, Lazy<TranscriptWords>> _words = new();

    /// <summary>Opens the files, creating that of the default collection where it is absent.</summary>
    /// <param name="folder">The folder of the files.</param>
    /// <param name="blobs">Holds the transcripts.</param>
    /// <exception cref="UserException">One cannot be written, or is damaged.</exception>
    public TranscriptIndex(string folder, IBlobStore blobs)
    {
        (_folder, _blobs) = (folder, blobs);
        Words(CollectionId.Default);
    }

    /// <summary>The names of the files in a folder.</summary>
    public static IEnumerable<string> FilesIn(string folder) => Collections(folder).Select(NameOf);

    public IReadOnlyList<CueMatch> Search(CollectionId collection, IEnumerable<string> texts, VideoId? video, int count) =>
        Has(collection) ? Words(collection).Search(texts, video, count) : [];

    public ValueTask<string?> FollowAsync(CatalogEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Transcript is not null || Has(entry.Collection)
            ? Words(entry.Collection).FollowAsync(entry, cancellationToken) : new((string?)null);
    }

    public async ValueTask<IReadOnlyList<string>> FollowAsync(ICatalog catalog, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var (known, unread) = (new HashSet<VideoId>(), new List<string>());
        await foreach (var entry in catalog.ListAsync(cancellationToken))
        {
            known.Add(entry.Id);
            if (await FollowAsync(entry, cancellationToken) is { } reason)
                unread.Add(reason);
        }
        foreach (var collection in Collections(_folder))
            Words(collection).ForgetOthers(known);
        return unread;
    }

    public void Dispose()
    {
        foreach (var words in _words.Values)
            if (words.IsValueCreated)
                words.Value.Dispose();
    }

    private bool Has(CollectionId collection) =>
        _words.ContainsKey(collection) || File.Exists(Path.Combine(_folder, NameOf(collection)));

    private TranscriptWords Words(CollectionId collection)
    {
        var words = _words.GetOrAdd(collection, of => new(() => new(Path.Combine(_folder, NameOf(of)), _blobs)));
        try
        {
            return words.Value;
        }
        catch
        {
            _words.TryRemove(new(collection, words)); // A file that could not be opened may be mended.
            throw;
        }
    }

    private static string NameOf(CollectionId collection) =>
        collection.IsDefault ? $"{Stem}{Extension}" : $"{Stem}-{collection}{Extension}";

    private static IEnumerable<CollectionId> Collections(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{Stem}*{Extension}").Order(StringComparer.Ordinal))
            if (Path.GetFileNameWithoutExtension(file)[Stem.Length..] is var end && end.Length == 0)
                yield return CollectionId.Default;
            else if (end[0] == '-' && CollectionId.TryParse(end[1..], out var collection) && !collection.IsDefault)
                yield return collection;
    }
}
