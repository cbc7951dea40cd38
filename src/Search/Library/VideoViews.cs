using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Search.Library;

/// <summary>Entries of the catalog as the HTTP interface shows them.</summary>
internal static class VideoViews
{
    /// <summary>A video that is not deleted.</summary>
    /// <param name="entry">What is known of it.</param>
    /// <param name="segments">Its parts in the index; only where a single video is asked for.</param>
    public static Client.Video Of(CatalogEntry entry, IReadOnlyList<Client.VideoSegment>? segments = null) =>
        new(entry.Id.Value, entry.Name, StateOf(entry), entry.UploadedAt, entry.Bytes)
        {
            Title = entry.Title,
            Tags = entry.Tags ?? [],
            RecordedAt = entry.RecordedAt,
            Duration = entry.Duration,
            Width = entry.Width,
            Height = entry.Height,
            Frames = entry.Frames,
            Stages = [Stage(entry, Stages.Decode, entry.DecodeSeconds), Stage(entry, Stages.Index, entry.IndexSeconds)],
            Warning = entry.Warning,
            Failure = entry is { FailedStage: { } stage, Reason: { } reason } ? new(stage, reason) : null,
            Stream = StreamEndpoint.PathOf(entry.Id.Value, entry.Collection),
            Plays = PlaysOf(entry),
            Proxy = ProxyEndpoints.PathOf(entry.Id.Value, entry.Collection),
            Thumbnail = entry.Duration is null ? null : PictureEndpoints.PosterOf(entry.Id.Value, entry.Collection),
            Preview = PreviewOf(entry.Id.Value, entry.Collection, entry.Duration),
            Transcript = entry.Transcript is null ? null : $"/api/v1/videos/{entry.Id.Value}/transcript",
            Segments = segments,
        };

    /// <summary>Whether browsers play the original: see <see cref="Client.Video.Plays"/>.</summary>
    public static bool? PlaysOf(CatalogEntry entry) => entry.Format is { } format
        ? BrowserPlayback.Plays(format.Container, format.Codec, format.Pixels, format.Sound) : null;

    private static Client.VideoState StateOf(CatalogEntry entry) => entry.State switch
    {
        VideoState.Uploaded => Client.VideoState.Uploaded,
        VideoState.Decoded => Client.VideoState.Decoded,
        VideoState.Failed => Client.VideoState.Failed,
        VideoState.Indexed => Client.VideoState.Indexed,
        _ => throw new ArgumentException($"a video that is {entry.State} is not shown", nameof(entry)),
    };

    private static Client.VideoStage Stage(CatalogEntry entry, string name, double? seconds) => new(name,
        entry.FailedStage == name ? Client.StageState.Failed : seconds is null ? Client.StageState.Waiting
            : Client.StageState.Done,
        seconds);

    /// <summary>Where pictures of all of a video are; null until it is decoded, as its duration is.</summary>
    public static Client.VideoPreview? PreviewOf(Guid video, CollectionId collection, double? duration) =>
        duration is { } length && Strip.Of(length) is var strip
            ? new(PictureEndpoints.PreviewOf(video, collection), strip.Count, strip.Columns, strip.Width, strip.Height,
                strip.Interval)
            : null;
}
