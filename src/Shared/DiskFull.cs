namespace TcMgc.Shared;

/// <summary>Errors of a full disk or quota: the same write succeeds once there is space.</summary>
public static class DiskFull
{
    /// <summary>
    /// Whether a write failed because of a full disk: ENOSPC, EDQUOT of Linux or macOS, .NET's code for a preallocation; or
    /// because of a limit on the size of files (EFBIG), for which .NET has no exception of its own.
    /// </summary>
    public static bool Is(Exception error) => error is IOException && (error.HResult & 0xFFFF) is (28 or 122 or 69 or 112)
        || error is ArgumentOutOfRangeException { ParamName: "value" }
            && error.Message.StartsWith("Specified file length was too large", StringComparison.Ordinal);

    /// <summary>The error for the user, at a known place.</summary>
    /// <param name="place">The folder or file that was written.</param>
    /// <param name="cause">Exception of the write.</param>
    public static StoreUnavailableException At(string place, Exception cause) =>
        new(place, $"{place}: the disk is full; make room and try again", cause);

    /// <summary>The error for the user, where the path is unknown.</summary>
    /// <param name="cause">Exception of the write.</param>
    public static StoreUnavailableException Somewhere(Exception cause) => new("the disk", $"{cause.Message}; make room", cause);
}
