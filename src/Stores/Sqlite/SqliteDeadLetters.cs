using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TcMgc.Shared.Events;

namespace TcMgc.Stores.Sqlite;

/// <summary>The table of dead letters in the embedded log.</summary>
internal static class SqliteDeadLetters
{
    /// <summary>Makes the table, which some files of the first format have.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS dead_letters(
            id INTEGER PRIMARY KEY AUTOINCREMENT, consumers TEXT NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL,
            video BLOB NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL, time TEXT NOT NULL)
        """;

    /// <summary>Copies a delivery's event to the dead letters; returns the number of added letters.</summary>
    public static int Add(SqliteConnection connection, Delivery delivery, string reason, DateTimeOffset time) =>
        connection.Execute("""
            INSERT INTO dead_letters(consumers, topic, position, video, body, reason, time)
            SELECT $Group, topic, position, video, body, $reason, $time FROM events WHERE position = $Position
            """, new { delivery.Group, delivery.Position, reason, time = time.ToString("O", CultureInfo.InvariantCulture) });

    /// <summary>The dead letters in the order of their rejection.</summary>
    public static List<(long Id, DeadLetter Letter)> All(SqliteConnection connection) =>
        [.. connection.Query<(long Id, string Topic, long Position, string Group, string Reason, string Time)>(
            "SELECT id, topic, position, consumers, reason, time FROM dead_letters ORDER BY id")
            .Select(row => (row.Id, new DeadLetter(row.Topic, row.Topic, row.Position, row.Group, row.Reason,
                DateTimeOffset.Parse(row.Time, CultureInfo.InvariantCulture))))];

    /// <summary>
    /// Appends a dead letter's event to the log and deletes the letter, in one transaction; returns the number of deleted
    /// letters.
    /// </summary>
    public static int Replay(SqliteConnection connection, long id)
    {
        using var transaction = connection.BeginTransaction();
        connection.Execute(
            "INSERT INTO events(topic, video, body) SELECT topic, video, body FROM dead_letters WHERE id = $id", new { id });
        var deleted = connection.Execute("DELETE FROM dead_letters WHERE id = $id", new { id });
        transaction.Commit();
        return deleted;
    }
}
