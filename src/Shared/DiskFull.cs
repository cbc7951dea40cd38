namespace TcMgc.Shared;

/// <summary>A disk, or a quota of one, without room: the same write succeeds once there is some.</summary>
public static class DiskFull
{
    /// <summary>
    /// Whether that is what a write failed for: ENOSPC, EDQUOT of Linux or macOS, or what .NET says of a preallocation.
    /// </summary>
    public static bool Is(Exception error) => error is IOException && (error.HResult & 0xFFFF) is (28 or 122 or 69 or 112);

    /// <summary>The error to tell.</summary>
    /// <param name="place">The folder or file that was written.</param>
    /// <param name="cause">What the write threw.</param>
    public static StoreUnavailableException At(string place, Exception cause) =>
        new(place, $"{place}: the disk is full; make room and run the command again", cause);

    /// <summary>The error to tell where only the system knows what was written.</summary>
    /// <param name="cause">What the write threw.</param>
    public static StoreUnavailableException Somewhere(Exception cause) => new("the disk", $"{cause.Message}; make room", cause);
}
