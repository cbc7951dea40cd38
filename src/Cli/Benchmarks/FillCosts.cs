using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TcMgc.Shared.Vectors;

namespace TcMgc.Cli.Benchmarks;

/// <summary>Where the time and the disk of filling a data folder go.</summary>
internal sealed class FillCosts
{
    /// <summary>
    /// By step, one after the other: <c>invent</c>, which makes the segments, <c>index</c> and <c>catalog</c>, which write them.
    /// </summary>
    public Dictionary<string, double> Seconds { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// By part of the disk. Of index.db: <c>frames</c>, <c>features</c>, <c>vectors</c>, <c>colours</c> and the <c>rest</c>,
    /// which is keys, times and what pages leave empty. Then <c>catalog</c>, <c>logs</c> (write-ahead) and <c>other</c> files.
    /// </summary>
    public Dictionary<string, double> Megabytes { get; } = new(StringComparer.Ordinal);

    /// <summary>A step has ended, and the next begins.</summary>
    public void Spent(string step, ref long since)
    {
        var now = Stopwatch.GetTimestamp();
        Add(Seconds, step, Stopwatch.GetElapsedTime(since, now).TotalSeconds);
        since = now;
    }

    /// <summary>These segments were written.</summary>
    public void Wrote(IReadOnlyList<Segment> segments)
    {
        foreach (var segment in segments)
        {
            Add(Megabytes, "frames", segment.Frames.Length * 2 / 1e6);
            Add(Megabytes, "features", (segment.Features?.Length ?? 0) * 2 / 1e6);
            Add(Megabytes, "vectors", (segment.TextVector.Length + segment.ImageVector.Length) * sizeof(float) / 1e6);
            Add(Megabytes, "colours", segment.Layouts.Length / 1e6);
        }
    }

    /// <summary>All were written: the folder's files are looked at.</summary>
    public void Filled(string folder)
    {
        const string Rest = "rest";
        foreach (var database in Directory.EnumerateFiles(folder, "*.db"))
            Checkpoint(database);
        Add(Megabytes, Rest, -Megabytes.Values.Sum());
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            Add(Megabytes, file switch
            {
                { Name: "index.db" } => Rest,
                { Name: "catalog.db" } => "catalog",
                { Extension: ".db-wal" or ".db-shm" } => "logs",
                _ => "other",
            }, file.Length / 1e6);
    }

    /// <summary>Brings into the database what so far only its log holds; the log stays as long as it is.</summary>
    private static void Checkpoint(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var checkpoint = connection.CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint";
        checkpoint.ExecuteNonQuery();
    }

    private static void Add(Dictionary<string, double> sums, string part, double value) =>
        sums[part] = sums.GetValueOrDefault(part) + value;
}
