using Dapper;
using Microsoft.Data.Sqlite;

namespace TcMgc.Stores.Sqlite;

/// <summary>SQLite's own check of a database file.</summary>
internal static class SqliteIntegrity
{
    private const int MaxLines = 10;

    /// <summary>What is damaged in the file, at most ten lines; empty where nothing is.</summary>
    public static IReadOnlyList<string> Check(string path)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWrite };
        try
        {
            using var connection = new SqliteConnection(settings.ConnectionString);
            connection.Open();
            return [.. connection.Query<string>($"PRAGMA integrity_check({MaxLines})").Where(line => line != "ok")
                .Select(line => line.ReplaceLineEndings(" "))];
        }
        catch (SqliteException error)
        {
            return [error.Message.ReplaceLineEndings(" ")];
        }
    }
}
