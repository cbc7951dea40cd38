using System.Globalization;
using TcMgc.Shared;

namespace TcMgc.Stores;

/// <summary>
/// One process at a time works in a data folder: the operating system's lock on <c>worker.lock</c>, which ends with its process
/// even when that is killed. <c>worker.pid</c> beside it says whose it is.
/// </summary>
internal sealed class WorkLock : IDisposable
{
    private readonly FileStream _lock;

    private WorkLock(FileStream held) => _lock = held;

    public static WorkLock Take(string folder)
    {
        var (path, owner) = (Path.Combine(folder, "worker.lock"), Path.Combine(folder, "worker.pid"));
        try
        {
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new(held);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UserException($"{path}: cannot be written; check the permissions of the folder", error);
        }
        catch (IOException error)
        {
            throw new UserException($"another tcmgc (process {Owner(owner)}) is indexing into {folder}; wait until it has ended, or use another --data folder", error);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static string Owner(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "unknown";
        }
    }
}
