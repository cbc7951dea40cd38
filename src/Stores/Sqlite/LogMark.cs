using Dapper;
using Microsoft.Data.Sqlite;

namespace TcMgc.Stores.Sqlite;

/// <summary>The table with the id of the event log that a database belongs to.</summary>
internal static class LogMark
{
    public const string Schema = "CREATE TABLE log(id BLOB NOT NULL)";

    /// <summary>The id; null where the database belongs to no log yet.</summary>
    public static Guid? Of(SqliteConnection connection) =>
        connection.ExecuteScalar<byte[]?>("SELECT id FROM log") is { } id ? new Guid(id, bigEndian: true) : null;

    /// <summary>Has the database belong to a log from now on.</summary>
    public static void Write(SqliteConnection connection, FollowedLog log) =>
        connection.Execute("DELETE FROM log; INSERT INTO log(id) VALUES($id)", new { id = log.Id.ToByteArray(bigEndian: true) });
}
