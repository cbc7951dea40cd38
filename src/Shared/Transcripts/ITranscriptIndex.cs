using TcMgc.Shared.Catalog;

namespace TcMgc.Shared.Transcripts;

/// <summary>
/// Full-text search in the transcripts of videos. It follows the catalog and can be made again from it and the blobs. Safe for
/// concurrent use.
/// </summary>
public interface ITranscriptIndex
{
    /// <summary>The cues of a collection that have words of texts; those with more and rarer words come first.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="texts">Texts as users type them; words that most sentences have are ignored.</param>
    /// <param name="video">The only video to search; null for all.</param>
    /// <param name="count">Most cues returned.</param>
    /// <exception cref="UserException">The index cannot be read.</exception>
    IReadOnlyList<CueMatch> Search(CollectionId collection, IEnumerable<string> texts, VideoId? video, int count);

    /// <summary>Updates the words of a video to its entry in the catalog; where nothing has changed nothing is done.</summary>
    /// <param name="entry">The video as the catalog has it now.</param>
    /// <param name="cancellationToken">Gives up; the former words stay.</param>
    /// <returns>
    /// Why its transcript cannot be read, in one line: the video has no words then. Null where nothing is wrong.
    /// </returns>
    /// <exception cref="UserException">The index or the blob store cannot be used.</exception>
    ValueTask<string?> FollowAsync(CatalogEntry entry, CancellationToken cancellationToken);

    /// <summary>Updates the words of all videos to a catalog, which may have changed while nobody followed it.</summary>
    /// <returns>A line for each transcript that cannot be read.</returns>
    /// <exception cref="UserException">The index, the catalog or the blob store cannot be used.</exception>
    ValueTask<IReadOnlyList<string>> FollowAsync(ICatalog catalog, CancellationToken cancellationToken);
}
