using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// A video's entry as a function of the events of one upload: their order does not matter, and of several states the furthest
/// counts.
/// </summary>
internal static class CatalogProjection
{
    public static CatalogEntry Of(VideoUploaded upload, IEnumerable<VideoEvent> outcomes)
    {
        var entry = new CatalogEntry
        {
            Id = upload.VideoId,
            Collection = upload.Collection,
            UploadId = upload.EventId,
            Name = upload.FileName,
            Source = upload.Source,
            Sha256 = upload.Sha256,
            Bytes = upload.Bytes,
            State = VideoState.Uploaded,
            UploadedAt = upload.Time,
        };
        foreach (var outcome in outcomes)
            entry = With(entry, outcome);
        return entry.State == VideoState.Failed ? entry : entry with { FailedStage = null, Reason = null };
    }

    private static CatalogEntry With(CatalogEntry entry, VideoEvent outcome) => outcome switch
    {
        VideoDecoded decoded => entry with
        {
            State = Furthest(entry.State, VideoState.Decoded),
            Duration = decoded.Duration,
            Width = decoded.Width,
            Height = decoded.Height,
            Format = decoded.Format,
            RecordedAt = decoded.RecordedAt,
            Frames = decoded.Frames,
            Warning = decoded.Warning,
            DecodeSeconds = decoded.Elapsed,
        },
        VideoIndexed indexed => entry with
        {
            State = Furthest(entry.State, VideoState.Indexed),
            ModelId = indexed.ModelId,
            Segments = indexed.Segments,
            IndexSeconds = indexed.Elapsed,
            IndexedAt = indexed.Time,
        },
        VideoFailed failed => entry with
        {
            State = Furthest(entry.State, VideoState.Failed),
            FailedStage = failed.Stage,
            Reason = failed.Reason,
        },
        VideoDeleted => entry with { State = VideoState.Deleted },
        VideoDescribed described => entry with { Title = described.Title, Tags = described.Tags },
        VideoTranscribed transcribed => entry with { Transcript = transcribed.Transcript },
        _ => entry,
    };

    private static VideoState Furthest(VideoState one, VideoState other) => one > other ? one : other;
}
