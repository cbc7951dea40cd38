using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Cli.Pipeline;

/// <summary>What became of a file.</summary>
internal enum FileStatus
{
    /// <summary>It can be found now.</summary>
    Indexed,

    /// <summary>It could be found before: its content is in the index.</summary>
    AlreadyIndexed,

    /// <summary>It has the content of another of the given files.</summary>
    Duplicate,

    /// <summary>It cannot be indexed.</summary>
    Failed,
}

/// <summary>What became of a file, and why.</summary>
/// <param name="Path">The file.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Video">The video; null where the file could not be read at all.</param>
/// <param name="Reason">Why it failed, or which file it duplicates.</param>
/// <param name="Entry">Its entry in the catalog.</param>
internal sealed record FileOutcome(string Path, FileStatus Status, VideoId? Video, string? Reason = null,
    CatalogEntry? Entry = null)
{
    public static FileOutcome Of(string path, CatalogEntry entry) => entry.State == VideoState.Failed
        ? new(path, FileStatus.Failed, entry.Id, $"{entry.FailedStage}: {entry.Reason}", entry)
        : new(path, FileStatus.Indexed, entry.Id, Entry: entry);
}
