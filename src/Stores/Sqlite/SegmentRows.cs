using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Sqlite;

/// <summary>Segments as rows of the index file. Blobs are read as views over SQLite's own memory.</summary>
internal static class SegmentRows
{
    public const string Schema = """
        CREATE TABLE model(id TEXT NOT NULL, dimensions INTEGER NOT NULL, frames INTEGER NOT NULL, folder TEXT);
        CREATE TABLE segments(number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, video BLOB NOT NULL,
            place INTEGER NOT NULL, start REAL NOT NULL, end REAL NOT NULL, times BLOB NOT NULL, text_vector BLOB NOT NULL,
            image_vector BLOB NOT NULL);
        CREATE INDEX segments_of_video ON segments(video);
        CREATE TABLE features(number INTEGER PRIMARY KEY, frames BLOB NOT NULL, features BLOB, layouts BLOB NOT NULL);
        CREATE TRIGGER features_go_with_segments AFTER DELETE ON segments
            BEGIN DELETE FROM features WHERE number = OLD.number; END;
        CREATE TABLE changes(number INTEGER PRIMARY KEY AUTOINCREMENT, video BLOB NOT NULL UNIQUE)
        """;

    /// <summary>Makes the second format of the first: what was there is in the default collection.</summary>
    public const string CollectionSchema = """
        ALTER TABLE segments ADD COLUMN collection TEXT NOT NULL DEFAULT 'default';
        CREATE INDEX segments_of_collection ON segments(collection)
        """;

    /// <summary>Columns that <see cref="ToMatrix"/> reads.</summary>
    public const string MatrixColumns = "s.id, s.video, s.times, s.text_vector, s.image_vector, s.collection";

    /// <summary>Columns that <see cref="ToPlace"/> reads.</summary>
    public const string PlaceColumns = "s.id, s.video, s.times, s.place, s.start, s.end, s.collection";

    /// <summary>Columns that <see cref="ToBatch"/> reads.</summary>
    public const string BatchColumns = $"{PlaceColumns}, s.text_vector, f.frames, f.features";

    /// <summary>Columns that <see cref="ToFrames"/> reads.</summary>
    public const string FrameColumns = $"{PlaceColumns}, f.frames, f.layouts";

    /// <summary>Parameters of <see cref="Insert"/>, in the order of <see cref="Write"/>'s values.</summary>
    private static readonly string[] s_inserted =
        ["$id", "$video", "$place", "$start", "$end", "$times", "$text", "$image", "$frames", "$features", "$layouts",
        "$collection"];

    /// <summary>The model that the file is bound to; null where to none.</summary>
    public static IndexModel? Model(SqliteConnection connection) =>
        connection.Query<(string Id, int Dimensions, int Frames,
            string? Folder)>("SELECT id, dimensions, frames, folder FROM model")
            .Select(row => new IndexModel(row.Id, row.Dimensions, row.Frames, row.Folder)).SingleOrDefault();

    /// <summary>A statement for <see cref="Write"/>, compiled once for many segments.</summary>
    public static SqliteCommand Insert(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO segments(id, video, place, start, end, times, text_vector, image_vector, collection)
            VALUES($id, $video, $place, $start, $end, $times, $text, $image, $collection);
            INSERT INTO features(number, frames, features, layouts) VALUES(last_insert_rowid(), $frames, $features, $layouts)
            """;
        foreach (var name in s_inserted)
            command.Parameters.AddWithValue(name, DBNull.Value);
        return command;
    }

    public static void Write(Segment segment, SqliteCommand insert)
    {
        var place = segment.Place;
        object[] values =
        [
            Bytes(place.Id.Value), Bytes(place.Video.Value), place.Index, place.Start, place.End, Bytes<float>(place.FrameTimes),
            Bytes<float>(segment.TextVector), Bytes<float>(segment.ImageVector), Bytes<Half>(segment.Frames),
            segment.Features is { } features ? (object)Bytes<Half>(features) : DBNull.Value, segment.Layouts,
            place.Collection.Name,
        ];
        for (var at = 0; at < values.Length; at++)
            insert.Parameters[at].Value = values[at];
        insert.ExecuteNonQuery();
    }

    public static void ToMatrix(SqliteDataReader row, SegmentMatrix matrix, IndexModel model, SqliteFile file)
    {
        var (id, video, times) = (Id(row, 0, file), Id(row, 1, file), Times(row, model, file).ToArray());
        var text = Sized<float>(row, 3, model.Dimensions, file);
        var image = Sized<float>(row, 4, model.Dimensions, file);
        var collection = Collection(row, 5, file);
        if (matrix.Held.HasFlag(Held.Frames))
            matrix.Add(collection, new(new(id), new(video), times), text, image,
                Sized<Half>(row, 6, times.Length * model.Dimensions, file));
        else
            matrix.Add(collection, new(new(id), new(video), []), text, image, []); // Times are those of frames.
    }

    public static SegmentPlace ToPlace(SqliteDataReader row, IndexModel model, SqliteFile file) =>
        new(new(Id(row, 0, file)), new(Id(row, 1, file)), row.GetInt32(3), row.GetDouble(4), row.GetDouble(5),
            Times(row, model, file).ToArray())
        { Collection = Collection(row, 6, file) };

    public static void ToBatch(SqliteDataReader row, SegmentBatch batch, IndexModel model, SqliteFile file)
    {
        var place = ToPlace(row, model, file);
        var features = row.IsDBNull(9)
            ? Sized<Half>(row, 8, place.FrameTimes.Length * model.Dimensions, file)
            : Sized<Half>(row, 9, model.Frames * model.Dimensions, file);
        batch.Add(place, Sized<float>(row, 7, model.Dimensions, file), features);
    }

    public static SegmentFrames ToFrames(SqliteDataReader row, IndexModel model, SqliteFile file)
    {
        var place = ToPlace(row, model, file);
        return new(place,
            Sized<Half>(row, 7, place.FrameTimes.Length * model.Dimensions, file).ToArray(),
            Sized<byte>(row, 8, place.FrameTimes.Length * ColourLayout.Bytes, file).ToArray());
    }

    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();

    private static Guid Id(SqliteDataReader row, int column, SqliteFile file) =>
        new(Sized<byte>(row, column, 16, file), bigEndian: true);

    private static CollectionId Collection(SqliteDataReader row, int column, SqliteFile file) =>
        CollectionId.TryParse(row.GetString(column), out var collection)
            ? collection
            : throw file.Damaged($"the collection '{row.GetString(column)}'");

    private static ReadOnlySpan<float> Times(SqliteDataReader row, IndexModel model, SqliteFile file)
    {
        var times = Cells<float>(row, 2);
        return times.Length >= 1 && times.Length <= model.Frames
            ? times
            : throw file.Damaged($"a segment of {times.Length} frames");
    }

    private static ReadOnlySpan<T> Sized<T>(SqliteDataReader row, int column, int length, SqliteFile file)
        where T : unmanaged
    {
        var cells = Cells<T>(row, column);
        return cells.Length == length
            ? cells
            : throw file.Damaged($"a vector of {cells.Length} values where there should be {length}");
    }

    /// <summary>A view that is valid until the reader moves on.</summary>
    private static ReadOnlySpan<T> Cells<T>(SqliteDataReader row, int column)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(raw.sqlite3_column_blob(row.Handle, column));
}
