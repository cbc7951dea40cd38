using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores;

/// <summary>
/// The index of another model, built in <c>index-next.db</c> beside the one in use until it takes its place, all at once. It
/// outlives the process: whoever opens the data folder next goes on with it, or deletes it.
/// </summary>
public sealed class NextIndex : IDisposable
{
    private const string FileName = "index-next.db";

    private readonly SqliteVectorIndex _index, _former;

    private NextIndex(DataFolder data)
    {
        _former = data.IndexFile;
        _index = new(PathIn(data.Path));
        _index.BelongTo(data.Log!);
    }

    /// <summary>What is built.</summary>
    public IVectorIndex Index => _index;

    /// <summary>Whether a data folder has one.</summary>
    internal static bool IsIn(DataFolder data) => File.Exists(PathIn(data.Path));

    /// <summary>Opens the one of a data folder, or begins one.</summary>
    /// <exception cref="UserException">It cannot be opened, or is that of another log.</exception>
    internal static NextIndex Open(DataFolder data) => new(data);

    /// <summary>Deletes the one of a data folder, which nobody may have open.</summary>
    internal static void DeleteFrom(DataFolder data)
    {
        foreach (var ending in new[] { "", "-wal", "-shm" })
            File.Delete(PathIn(data.Path) + ending);
    }

    /// <summary>Puts its model and segments in the place of those in use, in one transaction.</summary>
    /// <exception cref="UserException">One of them cannot be read or written.</exception>
    public void TakePlace() => _former.ReplaceBy(_index);

    /// <inheritdoc/>
    public void Dispose() => _index.Dispose();

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
