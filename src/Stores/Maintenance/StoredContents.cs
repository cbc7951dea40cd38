using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Stores.Maintenance;

/// <summary>Compares stored content with what is known of it.</summary>
/// <param name="blobs">Holds copied originals and transcripts.</param>
/// <param name="readsContents">Whether contents are read and hashed; otherwise only sizes are compared.</param>
public sealed class StoredContents(IBlobStore blobs, bool readsContents)
{
    /// <summary>What is wrong with a video's original, if anything.</summary>
    public async ValueTask<Finding?> OfOriginalAsync(CatalogEntry entry, CancellationToken cancel)
    {
        var (bytes, sha256) = FileSource.PathIn(entry.Source) is { } path
            ? await OfFileAsync(path, cancel) : await OfBlobAsync(entry.Source, cancel);
        var place = FileSource.PathIn(entry.Source) ?? entry.Source;
        var what = $"the original of {entry.Name.ReplaceLineEndings(" ")} ({entry.Id})";
        if (bytes is null)
            return new(FindingKind.MissingOriginal, $"{what} is missing: {place}; give it again", entry.Id);
        if (bytes != entry.Bytes)
            return new(FindingKind.DamagedOriginal,
                $"{what} has {bytes} bytes instead of {entry.Bytes}: {place}; give it again", entry.Id);
        return sha256 is null || sha256 == entry.Sha256 ? null
            : new(FindingKind.DamagedOriginal, $"{what} has other content than it had: {place}; give it again", entry.Id);
    }

    /// <summary>What is wrong with a video's transcript, if anything.</summary>
    public async ValueTask<Finding?> OfTranscriptAsync(CatalogEntry entry, CancellationToken cancel)
    {
        if (entry.Transcript is not { } name)
            return null;
        var (bytes, sha256) = await OfBlobAsync(name, cancel);
        var what = $"the transcript of {entry.Name.ReplaceLineEndings(" ")} ({entry.Id})";
        return bytes is null
            ? new(FindingKind.DamagedTranscript, $"{what} is missing: {name}; give it again", entry.Id)
            : sha256 is null || name.EndsWith(sha256, StringComparison.Ordinal) ? null
            : new(FindingKind.DamagedTranscript, $"{what} has other content than it had: {name}; give it again", entry.Id);
    }

    private async ValueTask<(long? Bytes, string? Sha256)> OfFileAsync(string path, CancellationToken cancel)
    {
        var file = LinkedFile.At(path);
        if (!file.Exists)
            return (null, null);
        return readsContents && await ContentHash.OfFileAsync(path, cancel) is var content
            ? (content.Bytes, content.Sha256) : (file.Length, null);
    }

    private async ValueTask<(long? Bytes, string? Sha256)> OfBlobAsync(string name, CancellationToken cancel)
    {
        if (!readsContents)
            return ((await blobs.FindAsync(name, cancel))?.Bytes, null);
        if (await blobs.OpenReadAsync(name, cancel) is not { } blob)
            return (null, null);
        await using (blob)
            return await ContentHash.OfCopyAsync(blob, Stream.Null, cancel) is var content
                ? (content.Bytes, content.Sha256) : default;
    }
}
