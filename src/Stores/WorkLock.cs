using System.Globalization;
using TcMgc.Shared;

namespace TcMgc.Stores;

/// <summary>
/// Allows one process at a time to work in a data folder, by the operating system's lock on <c>worker.lock</c>, which is released
/// even when the process is killed. <c>worker.pid</c> has the owner's process id.
/// </summary>
internal sealed class WorkLock : IDisposable
{
    private const string LockName = "worker.lock", OwnerName = "worker.pid";

    private readonly FileStream _lock;

    private WorkLock(FileStream held) => _lock = held;

    /// <summary>Whether a file of a data folder is one of these.</summary>
    public static bool IsOwn(string path) => Path.GetFileName(path) is LockName or OwnerName;

    public static WorkLock Acquire(string folder)
    {
        var path = Path.Combine(folder, LockName);
        var owner = Path.Combine(folder, OwnerName);
        try
        {
            var held = new FileStream(path, OwnerOnly.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            using var pid = new StreamWriter(owner, OwnerOnly.Options(FileMode.Create, FileAccess.Write, FileShare.Read));
            pid.Write(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new(held);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UserException($"{path}: cannot be written; check the permissions of the folder", error);
        }
        catch (IOException error)
        {
            throw new UserException(
                $"another tcmgc (process {Owner(owner)}) works in {folder}: a 'serve' takes videos by upload; else wait until it "
                + "has ended, or use another --data folder", error);
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
