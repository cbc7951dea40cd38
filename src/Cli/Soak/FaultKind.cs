namespace TcMgc.Cli.Soak;

/// <summary>What can happen to an installation.</summary>
internal enum FaultKind
{
    /// <summary>A worker is killed (SIGKILL) and started again.</summary>
    Kill,

    /// <summary>A worker stands still (SIGSTOP) and goes on (SIGCONT).</summary>
    Freeze,

    /// <summary>The ffmpeg that decodes for a worker is killed.</summary>
    KillFfmpeg,

    /// <summary>Another process holds a database of a worker, so that nothing can be written to it.</summary>
    LockDatabase,

    /// <summary>A worker can write to no file, as on a full disk.</summary>
    FillDisk,

    /// <summary>Half of an original is lost.</summary>
    TruncateOriginal,

    /// <summary>Half of the frames that wait to be encoded are lost.</summary>
    TruncateFrames,

    /// <summary>The connections to a server break, and new ones are refused.</summary>
    Cut,

    /// <summary>The connections to a server stay open, and nothing passes.</summary>
    Stall,

    /// <summary>What passes to and from a server is late.</summary>
    Slow,
}
