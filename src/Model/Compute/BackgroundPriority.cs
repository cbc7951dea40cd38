using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TcMgc.Model.Compute;

/// <summary>Lets queries go first on processors that indexing shares with them.</summary>
public static partial class BackgroundPriority
{
    /// <summary>How much the thread yields: 0 is every other thread's, 19 the most.</summary>
    public const int Nice = 10;

    private const int OfThread = 0, Calling = 0;

    /// <summary>
    /// Lowers the priority of the calling thread, and of the helpers that libtorch starts for it afterwards. The thread must not
    /// be one of the pool. On Linux; elsewhere indexing and queries stay equals.
    /// </summary>
    public static void Enter()
    {
        // Linux counts a thread as a process here; other systems would lower all threads of this one.
        if (OperatingSystem.IsLinux() && SetPriority(OfThread, Calling, Nice) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int nice);
}
