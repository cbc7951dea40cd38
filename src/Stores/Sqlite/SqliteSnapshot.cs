using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;

namespace TcMgc.Stores.Sqlite;

/// <summary>Copies databases as they are at one moment, while other processes write to them.</summary>
internal static class SqliteSnapshot
{
    /// <summary>
    /// Copies the databases. For the moment that it takes to begin reading all of them nothing is appended to the log: what the
    /// copies of the others have of an event is in the copy of the log, or is done again by whoever the event is delivered to.
    /// </summary>
    /// <param name="log">Path of the event log, one of the databases.</param>
    /// <param name="databases">Paths of the databases.</param>
    /// <param name="copyOf">The path of a database's copy; what is there is replaced.</param>
    /// <param name="cancel">Stops between two databases.</param>
    /// <exception cref="UserException">A database cannot be read, or a copy not written.</exception>
    public static void Copy(string log, IReadOnlyList<string> databases, Func<string, string> copyOf, CancellationToken cancel)
    {
        var readers = new List<SqliteConnection>();
        try
        {
            using (var gate = Open(log))
            {
                gate.Execute("BEGIN IMMEDIATE");
                foreach (var database in databases)
                {
                    readers.Add(Open(database));
                    readers[^1].Execute("BEGIN; SELECT count(*) FROM sqlite_master");
                }
                gate.Execute("ROLLBACK");
            }
            foreach (var (reader, database) in readers.Zip(databases))
            {
                cancel.ThrowIfCancellationRequested();
                Copy(reader, copyOf(database));
            }
        }
        catch (SqliteException error)
        {
            throw new StoreUnavailableException(log,
                $"{log}: cannot be copied ({error.Message.ReplaceLineEndings(" ")}); check the disks, and try again", error);
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    private static void Copy(SqliteConnection reader, string path)
    {
        foreach (var former in new[] { path, $"{path}-wal", $"{path}-shm" })
            File.Delete(former);
        using var copy = Open(path);
        reader.BackupDatabase(copy);
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA busy_timeout=10000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
