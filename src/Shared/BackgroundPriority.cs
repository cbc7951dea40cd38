using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TcMgc.Shared;

/// <summary>Lets queries go first on processors that indexing shares with them.</summary>
public static partial class BackgroundPriority
{
    /// <summary>How much the thread yields: 0 is every other thread's, 19 the most.</summary>
    public const int Nice = 10;

    /// <summary>
    /// How long the thread computes before another one that waits is looked at, in nanoseconds; some 3 ms otherwise. A query
    /// hands its work from thread to thread hundreds of times, and may have to wait so long each time. Before Linux 6.12 it has
    /// no effect.
    /// </summary>
    public const int Slice = 100_000;

    private const int CallingThread = 0, NoFlags = 0;

    // Whose number sched_setattr(2) has differs from processor to processor; glibc names it since 2.41 only.
    private static readonly nint s_setAttributes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 314 : 274;

    /// <summary>
    /// Lowers the priority of the calling thread, and of the threads and programs that it starts afterwards. The thread must not
    /// be one of the pool. On Linux; elsewhere indexing and queries stay equals.
    /// </summary>
    public static void Enter()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var attributes = new Attributes { Size = Marshal.SizeOf<Attributes>(), Nice = Nice, Runtime = Slice };
        if (SystemCall(s_setAttributes, CallingThread, ref attributes, NoFlags) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint thread, ref Attributes attributes, nint flags);

    /// <summary><c>struct sched_attr</c> in its first form; the policy 0 is the usual one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public int Size, Policy;
        public long Flags;
        public int Nice, Priority;
        public long Runtime, Deadline, Period;
    }
}
