namespace TcMgc.Stores.Maintenance;

/// <summary>How far a backup or its restoring has come.</summary>
/// <param name="Bytes">Bytes of blobs that are in place.</param>
/// <param name="Total">Bytes of blobs in all.</param>
public readonly record struct CopyProgress(long Bytes, long Total);

/// <summary>What a backup holds, or what was restored from one.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Taken">The moment whose state it holds.</param>
/// <param name="Videos">Videos, without removed ones.</param>
/// <param name="Bytes">Bytes of their originals that are blobs.</param>
/// <param name="Copied">Bytes that were copied now; the others were there.</param>
/// <param name="Outside">Videos whose originals are files outside of the data folder: they are not copied.</param>
/// <param name="Missing">A line for each original or transcript that is missing in the data folder, too.</param>
public sealed record BackupReport(string Folder, DateTimeOffset Taken, int Videos, long Bytes, long Copied, int Outside,
    IReadOnlyList<string> Missing);
