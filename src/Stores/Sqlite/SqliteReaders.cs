using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// Connections that read a file, as many as are used at a time; kept for the next reader. Safe for concurrent use.
/// </summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    /// <summary>
    /// Bytes of the file that are read as memory, the most that SQLite maps: a tenth of the time of reading each page by a call.
    /// </summary>
    private const int Mapped = 0x7fff0000;

    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    public T Read<T>(Func<SqliteConnection, T> action)
    {
        var connection = _idle.TryTake(out var idle) ? idle : Open();
        try
        {
            return file.Guarded(() => action(connection));
        }
        finally
        {
            _idle.Add(connection);
        }
    }

    public void Dispose()
    {
        foreach (var connection in _idle)
            connection.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = file.Open();
        connection.Execute($"PRAGMA mmap_size={Mapped}");
        return connection;
    }
}
