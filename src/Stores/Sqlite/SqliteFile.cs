using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// A database file: creates it if it is missing, brings one of an earlier format up to the present one, opens it in WAL mode, and
/// turns SQLite's errors into messages for the user. <c>synchronous=FULL</c> makes a commit durable before it returns, so that an
/// effect in one file is never lost while its commit in another file survives.
/// </summary>
internal sealed class SqliteFile
{
    private const int IoError = 10;
    private const int CannotOpen = 14, Corrupt = 11, NotADatabase = 26, Full = 13, ReadOnly = 8, Busy = 5, Locked = 6;
    private readonly string _advice;

    /// <param name="path">Path of the file.</param>
    /// <param name="advice">What to do when the file is damaged.</param>
    /// <param name="addFunctions">Gives a connection the functions that the statements call.</param>
    /// <param name="versions">
    /// The statements that make each version of the format from the one before, the first from an empty file. A file's version is
    /// its <c>user_version</c>.
    /// </param>
    public SqliteFile(string path, string advice, Action<SqliteConnection> addFunctions, params string[] versions)
    {
        Path = path;
        _advice = advice;
        CreateEmpty();
        using var connection = Open();
        addFunctions(connection);
        Guarded(() => Migrate(connection, versions));
    }

    /// <summary>A file whose statements call no functions but SQLite's.</summary>
    /// <inheritdoc cref="SqliteFile(string, string, Action{SqliteConnection}, string[])"/>
    public SqliteFile(string path, string advice, params string[] versions) : this(path, advice, _ => { }, versions)
    {
    }

    public string Path { get; }

    /// <summary>A new connection, to be used by one thread at a time.</summary>
    public SqliteConnection Open() => Guarded(() =>
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false, DefaultTimeout = 30 };
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    });

    /// <summary>Runs an action on the file and turns SQLite's errors into <see cref="UserException"/>s.</summary>
    public T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException error)
        {
            throw Explained(error);
        }
    }

    /// <inheritdoc cref="Guarded{T}(Func{T})"/>
    public void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    /// <summary>SQLite gives its other files the mode of this one. Where it cannot be created, opening it says why.</summary>
    private void CreateEmpty()
    {
        try
        {
            new FileStream(Path, OwnerOnly.Options(FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite)).Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is there already, or cannot be.
        }
    }

    public UserException Damaged(string detail) => new($"{Path}: the database is damaged ({detail}); {_advice}");

    private void Migrate(SqliteConnection connection, string[] versions)
    {
        var newest = versions.Length;
        using var transaction = connection.BeginTransaction(deferred: Version(connection) == newest);
        var found = Version(connection);
        if (found > newest)
            throw new UserException(
                $"{Path}: written by a newer tcmgc (format {found}, this one knows {newest}); use that one, or another --data "
                + "folder");
        if (found == 0 && connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") > 0)
            throw new UserException($"{Path}: a database of another program; use another --data folder");
        if (found < newest)
            connection.Execute($"{string.Join(";\n", versions[found..])}; PRAGMA user_version={newest};");
        transaction.Commit();
    }

    private static int Version(SqliteConnection connection) => connection.ExecuteScalar<int>("PRAGMA user_version");

    private UserException Explained(SqliteException error) => error.SqliteErrorCode switch
    {
        Corrupt or NotADatabase => new UserException($"{Path}: the database is damaged ({Detail(error)}); {_advice}", error),
        CannotOpen => new UserException(
            $"{Path}: cannot be opened; check that the folder and the file can be read and written", error),
        ReadOnly => new UserException($"{Path}: cannot be written; check the permissions of the folder and the file", error),
        Full => new StoreUnavailableException(Path, $"{Path}: the disk is full; make room and try again", error),
        IoError => new StoreUnavailableException(Path,
            $"{Path}: the disk does not read or write it ({Detail(error)}); check the disk and the room on it", error),
        Busy or Locked => new StoreUnavailableException(Path,
            $"{Path}: another program has held the database for too long; run the command again when it has ended", error),
        _ => new UserException(
            $"{Path}: SQLite cannot read or write it ({Detail(error)}); check the disk; if the file is damaged, {_advice}",
            error),
    };

    private static string Detail(SqliteException error) =>
        error.Message.Split('\'') is [_, var detail, ..] ? detail : error.Message;
}
