using System.Globalization;
using TcMgc.Shared;

namespace TcMgc.Stores;

/// <summary>
/// What is kept free on the disks of the stores, so that log, catalog and index can still be written: what may take much room
/// asks first.
/// </summary>
/// <param name="folders">Where the stores are; on each of their disks it is kept.</param>
/// <param name="bytes">How much; 0 keeps nothing.</param>
public sealed class DiskReserve(IReadOnlyList<string> folders, long bytes)
{
    /// <summary>Whether all of it is there.</summary>
    public bool IsThere => bytes == 0 || folders.All(folder => Free(folder) >= bytes);

    /// <summary>Checks that it would be there yet.</summary>
    /// <param name="coming">Bytes that are to be written.</param>
    /// <exception cref="StoreUnavailableException">A disk would have less.</exception>
    public void Check(long coming = 0)
    {
        if (bytes == 0)
            return;
        foreach (var folder in folders)
            if (Free(folder) is var free && free - coming < bytes)
                throw new StoreUnavailableException(folder, $"{folder}: the disk has {MiB(free)} MiB of room, of which "
                    + $"{MiB(bytes)} MiB are kept for work under way (FreeBytes); make room");
    }

    private static long Free(string folder) => new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder)
        .AvailableFreeSpace;

    private static string MiB(long size) => (size >> 20).ToString("N0", CultureInfo.InvariantCulture);
}
