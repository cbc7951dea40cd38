using System.Globalization;
using Microsoft.Data.Sqlite;
using TcMgc.Shared;

namespace TcMgc.Stores.Tests;

/// <summary>
/// A data folder as programs of the first formats wrote it, with one indexed video: their statements and rows, never to change.
/// </summary>
internal static class FirstFormat
{
    private const string Events = """
        CREATE TABLE events(
            position INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, video BLOB NOT NULL, body BLOB NOT NULL);
        CREATE INDEX events_of_topic ON events(topic, position);
        CREATE TABLE commits(
            consumers TEXT NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(consumers, topic)) WITHOUT ROWID;
        CREATE TABLE traces(position INTEGER PRIMARY KEY, parent TEXT NOT NULL, state TEXT);
        CREATE TABLE dead_letters(
            id INTEGER PRIMARY KEY AUTOINCREMENT, consumers TEXT NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL,
            video BLOB NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL, time TEXT NOT NULL);
        INSERT INTO events(topic, video, body) VALUES
            ('videos.uploaded', x'{video}', CAST('{uploaded}' AS BLOB)),
            ('videos.indexed', x'{video}', CAST('{indexed}' AS BLOB));
        INSERT INTO commits(consumers, topic, position) VALUES('ingest', 'videos.uploaded', 1);
        INSERT INTO dead_letters(consumers, topic, position, video, body, reason, time) VALUES
            ('ingest', 'videos.uploaded', 1, x'{video}', CAST('{uploaded}' AS BLOB), 'no room',
                '2025-06-25T09:30:00.0000000+00:00');
        PRAGMA user_version=1
        """;

    private const string Catalog = """
        CREATE TABLE facts(video BLOB NOT NULL, upload BLOB NOT NULL, topic TEXT NOT NULL, time INTEGER NOT NULL,
            event BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY(video, upload, topic)) WITHOUT ROWID;
        CREATE TABLE videos(id BLOB PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, state TEXT NOT NULL,
            entry BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX videos_by_name ON videos(name);
        CREATE TABLE positions(partition TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO facts(video, upload, topic, time, event, body) VALUES(x'{video}', x'0197a3c25f107d4e9c1b3f2a6d8e7b01',
            'videos.uploaded', 638864406000000000, x'0197a3c25f107d4e9c1b3f2a6d8e7b01', CAST('{uploaded}' AS BLOB));
        INSERT INTO videos(id, sha256, name, state, entry) VALUES(
            x'{video}', '{sha256}', 'holiday.mp4', 'Uploaded', CAST('{entry}' AS BLOB));
        INSERT INTO positions(partition, position) VALUES('videos.uploaded', 1);
        PRAGMA user_version=1
        """;

    private const string Index = """
        CREATE TABLE model(id TEXT NOT NULL, dimensions INTEGER NOT NULL, frames INTEGER NOT NULL, folder TEXT);
        CREATE TABLE segments(number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, video BLOB NOT NULL,
            place INTEGER NOT NULL, start REAL NOT NULL, end REAL NOT NULL, times BLOB NOT NULL, text_vector BLOB NOT NULL,
            image_vector BLOB NOT NULL);
        CREATE INDEX segments_of_video ON segments(video);
        CREATE TABLE features(number INTEGER PRIMARY KEY, frames BLOB NOT NULL, features BLOB, layouts BLOB NOT NULL);
        CREATE TRIGGER features_go_with_segments AFTER DELETE ON segments
            BEGIN DELETE FROM features WHERE number = OLD.number; END;
        CREATE TABLE changes(number INTEGER PRIMARY KEY AUTOINCREMENT, video BLOB NOT NULL UNIQUE);
        INSERT INTO model(id, dimensions, frames, folder) VALUES('tiny-0123456789ab', 2, 1, '/models/tiny');
        INSERT INTO segments(id, video, place, start, end, times, text_vector, image_vector) VALUES(
            x'00112233445566778899aabbccddeeff', x'{video}', 0, 0.0, 4.5, x'0000003f', x'0000803f00000000', x'000000000000803f');
        INSERT INTO features(number, frames, features, layouts) VALUES(1, x'003c0000', NULL, zeroblob(192));
        PRAGMA user_version=1
        """;

    private const string Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private const string Upload = "0197a3c2-5f10-7d4e-9c1b-3f2a6d8e7b01";

    private const string Uploaded = $$"""
        {"schemaVersion":1,"eventId":"{{Upload}}","videoId":"{id}","time":"2025-06-25T09:30:00+00:00","fileName":"holiday.mp4",
        "sha256":"{sha256}","bytes":4,"source":"originals/{sha256}"}
        """;

    private const string Indexed = $$"""
        {"schemaVersion":1,"eventId":"0197a3c2-7e03-7b42-a9d0-112233445566","videoId":"{id}","time":"2025-06-25T09:30:04+00:00",
        "uploadId":"{{Upload}}","modelId":"tiny-0123456789ab","segments":1,"frames":1,"elapsed":1.5}
        """;

    private const string Entry = $$"""
        {"id":"{id}","uploadId":"{{Upload}}","name":"holiday.mp4","source":"originals/{sha256}","sha256":"{sha256}","bytes":4,
        "state":"Uploaded","uploadedAt":"2025-06-25T09:30:00+00:00"}
        """;

    /// <summary>The video in the folder.</summary>
    public static VideoId Video { get; } = VideoId.FromSha256(Convert.FromHexString(Sha256));

    /// <summary>Makes the folder. Its catalog lacks the last event, as if the program had been killed.</summary>
    public static void Make(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "originals"));
        File.WriteAllText(Path.Combine(folder, "blobs", "originals", Sha256), "test");
        foreach (var (name, statements) in new[] { ("events.db", Events), ("catalog.db", Catalog), ("index.db", Index) })
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, name)};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = Filled(statements);
            command.ExecuteNonQuery();
        }
    }

    private static string Filled(string statements) => statements
        .Replace("{uploaded}", Uploaded, StringComparison.Ordinal).Replace("{indexed}", Indexed, StringComparison.Ordinal)
        .Replace("{entry}", Entry, StringComparison.Ordinal).Replace("{sha256}", Sha256, StringComparison.Ordinal)
        .Replace("{id}", Video.ToString(), StringComparison.Ordinal)
        .Replace("{video}", Video.Value.ToString("N", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
