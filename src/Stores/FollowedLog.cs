using System.Text;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;

namespace TcMgc.Stores;

/// <summary>
/// The event log that catalog, index and blobs belong to. Each of them carries its id, and one that carries the id of another log
/// is refused, as is a filled one beside an empty log: they would show other videos than the log knows, and a sweep would delete
/// originals that are needed. A store without an id takes the log's.
/// </summary>
/// <param name="Name">Name of the log in messages.</param>
/// <param name="Id">Made with the log, and never changed.</param>
/// <param name="Ends">The position after the last entry in each partition; 0 where nothing was ever appended.</param>
internal sealed record FollowedLog(string Name, Guid Id, IReadOnlyDictionary<string, long> Ends)
{
    /// <summary>Name of the blob with the id of the log that the blobs belong to.</summary>
    public const string BlobName = "log.id";

    /// <summary>Whether nothing was ever appended.</summary>
    public bool IsEmpty => Ends.Values.All(end => end == 0);

    /// <summary>Requires that this log goes as far as a catalog has followed it.</summary>
    /// <exception cref="UserException">It is an older copy, or was made anew.</exception>
    public void RequireReached(IReadOnlyDictionary<string, long> done)
    {
        foreach (var (partition, position) in done)
            if (Ends.TryGetValue(partition, out var end) && position >= end)
                throw new UserException($"{Name}: {partition} ends at {Math.Max(end - 1, 0)}, but the catalog has followed it to "
                    + $"{position}: the event log is an older copy, or was made anew; bring back the latest, "
                    + "or remove catalog.db, "
                    + "and what came after is lost");
    }

    /// <summary>Requires that a store belongs to this log, or to none and may.</summary>
    /// <param name="store">Name of the store in messages.</param>
    /// <param name="carried">The id that the store carries; null for none.</param>
    /// <param name="isFilled">Whether the store holds anything of videos.</param>
    /// <param name="otherwise">What to do where this log is the right one.</param>
    /// <exception cref="UserException">It belongs to another log.</exception>
    public void Require(string store, Guid? carried, bool isFilled, string otherwise)
    {
        if (!isFilled || carried == Id || (carried is null && !IsEmpty))
            return;
        throw new UserException(IsEmpty
            ? $"{Name}: the event log is empty, but {store} is not: the log is lost, or another one; bring it back from a backup "
                + "('tcmgc restore'), or begin anew with another --data folder"
            : $"{store}: belongs to another event log than {Name}; give the settings of its own log, or, if this log is the "
                + $"right one, {otherwise}");
    }

    /// <summary>As <see cref="Require"/>, for blobs; those of no log are this log's from now on.</summary>
    public async ValueTask RequireAsync(IBlobStore blobs, string name, CancellationToken cancel)
    {
        var carried = await IdInAsync(blobs, cancel);
        if (carried == Id)
            return;
        var isFilled = await blobs.ListAsync("", cancel).AnyAsync(blob => VideoBlobs.Parse(blob.Name) is not null, cancel);
        Require(name, carried, isFilled, "delete the blob 'log.id' there");
        await blobs.WriteAsync(BlobName, (blob, token) => blob.WriteAsync(Encoding.ASCII.GetBytes($"{Id}\n"), token), cancel);
    }

    /// <summary>The id that blobs carry; null for none.</summary>
    private static async ValueTask<Guid?> IdInAsync(IBlobStore blobs, CancellationToken cancel)
    {
        if (await blobs.OpenReadAsync(BlobName, cancel) is not { } blob)
            return null;
        using var text = new StreamReader(blob, Encoding.ASCII);
        return Guid.TryParse(await text.ReadToEndAsync(cancel), out var id) ? id : null;
    }
}
