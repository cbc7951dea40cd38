using System.Globalization;
using Microsoft.Data.Sqlite;
using TcMgc.Shared.Storage;

namespace TcMgc.Shared.Events;

/// <summary>The embedded log's dead letters: a table beside the events.</summary>
internal static class SqliteDeadLetters
{
    public static void Create(SqliteConnection connection) => SqliteFile.Execute(connection, """
        CREATE TABLE IF NOT EXISTS dead_letters(id INTEGER PRIMARY KEY AUTOINCREMENT, consumers TEXT NOT NULL, topic TEXT NOT NULL,
            position INTEGER NOT NULL, video BLOB NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL, time TEXT NOT NULL)
        """);

    /// <summary>Copies a delivery's event here; gives the number of letters added.</summary>
    public static int Add(SqliteConnection connection, Delivery delivery, string reason, DateTimeOffset time) => Run(connection, """
        INSERT INTO dead_letters(consumers, topic, position, video, body, reason, time)
        SELECT $group, topic, position, video, body, $reason, $time FROM events WHERE position = $position
        """, ("$group", delivery.Group), ("$position", delivery.Position), ("$reason", reason), ("$time", time.ToString("O", CultureInfo.InvariantCulture)));

    /// <summary>The dead letters in the order they came.</summary>
    public static List<(long Id, DeadLetter Letter)> All(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, topic, position, consumers, reason, time FROM dead_letters ORDER BY id";
        using var reader = command.ExecuteReader();
        var letters = new List<(long, DeadLetter)>();
        while (reader.Read())
            letters.Add((reader.GetInt64(0), new(reader.GetString(1), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4),
                DateTimeOffset.Parse(reader.GetString(5), CultureInfo.InvariantCulture))));
        return letters;
    }

    /// <summary>Appends a dead letter's event again and forgets the letter, both or neither; gives the number of letters forgotten.</summary>
    public static int Replay(SqliteConnection connection, long id)
    {
        using var transaction = connection.BeginTransaction();
        Run(connection, "INSERT INTO events(topic, video, body) SELECT topic, video, body FROM dead_letters WHERE id = $id", ("$id", id));
        var forgotten = Run(connection, "DELETE FROM dead_letters WHERE id = $id", ("$id", id));
        transaction.Commit();
        return forgotten;
    }

    private static int Run(SqliteConnection connection, string statement, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command.ExecuteNonQuery();
    }
}
