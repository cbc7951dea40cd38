using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TcMgc.Model.Native;

/// <summary>
/// Until it is disposed, libtorch divides no operator of the calling thread among helpers, or among so few. Small operators gain
/// little by them, and those of several threads get in each other's way.
/// </summary>
internal readonly unsafe ref struct OwnThread
{
    // libgomp's number of threads is one of each thread, where TorchSharp's set_num_threads sets MKL's of all threads too.
    private static readonly delegate* unmanaged<int, void> s_setThreads =
        (delegate* unmanaged<int, void>)LibTorch.Function("omp_set_num_threads");

    private static readonly delegate* unmanaged<int, int> s_setOfMkl =
        (delegate* unmanaged<int, int>)LibTorch.Function("MKL_Set_Num_Threads_Local");

    private readonly int _threads, _ofMkl;

    public OwnThread()
        : this(1)
    {
    }

    /// <param name="threads">Threads that work on an operator, the calling one included.</param>
    public OwnThread(int threads)
    {
        _threads = get_num_threads(); // Which also makes libtorch give a new thread its number.
        _ofMkl = Set(threads, threads);
    }

    public void Dispose()
    {
        if (_threads > 0)
            Set(_threads, _ofMkl);
    }

    private static int Set(int threads, int ofMkl)
    {
        if (s_setThreads != null)
            s_setThreads(threads);
        return s_setOfMkl != null ? s_setOfMkl(ofMkl) : 0;
    }
}
