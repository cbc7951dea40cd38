using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Library;

/// <summary>A video as the API tells of it.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name as the user knows it.</param>
/// <param name="Title">What its user calls it.</param>
/// <param name="Tags">Its user's words to find it by.</param>
/// <param name="State">How far it has come.</param>
/// <param name="UploadedAt">When it was uploaded.</param>
/// <param name="Bytes">Size of the original.</param>
/// <param name="Duration">Length in seconds, once decoded.</param>
/// <param name="Width">Width as shown, in pixels, once decoded.</param>
/// <param name="Height">Height as shown, in pixels, once decoded.</param>
/// <param name="Frames">Frames taken, once decoded.</param>
/// <param name="Stages">The stages that it passes, in order.</param>
/// <param name="Warning">What was wrong though frames came out.</param>
/// <param name="Failure">Why it cannot be found; null unless failed.</param>
/// <param name="Stream">Where the original can be played.</param>
/// <param name="Thumbnail">Where a picture of it is, once decoded.</param>
/// <param name="Preview">Where pictures of all of it are, once decoded.</param>
/// <param name="Segments">Its parts in the index; told of a single video only.</param>
internal sealed record VideoView(VideoId Id, string Name, string? Title, IReadOnlyList<string> Tags, VideoState State, DateTimeOffset UploadedAt, long Bytes, double? Duration, int? Width, int? Height,
    int? Frames, IReadOnlyList<StageView> Stages, string? Warning, FailureView? Failure, string Stream, string? Thumbnail, PreviewView? Preview, IReadOnlyList<SegmentView>? Segments)
{
    public static VideoView Of(CatalogEntry entry, IReadOnlyList<SegmentView>? segments = null) => new(entry.Id, entry.Name, entry.Title, entry.Tags ?? [], entry.State,
        entry.UploadedAt, entry.Bytes, entry.Duration, entry.Width, entry.Height, entry.Frames, StageView.Of(entry), entry.Warning,
        entry is { FailedStage: { } stage, Reason: { } reason } ? new(stage, reason) : null, StreamEndpoint.PathOf(entry.Id),
        entry.Duration is { } length ? PictureEndpoints.ThumbnailOf(entry.Id, length / 2) : null, PreviewView.Of(entry), segments);
}

/// <summary>Whether a stage was passed.</summary>
internal enum StageState
{
    /// <summary>It waits for the stage before it, or for its turn, or is at it.</summary>
    Waiting,

    /// <summary>It has passed.</summary>
    Done,

    /// <summary>It failed there.</summary>
    Failed,
}

/// <summary>A stage of a video.</summary>
/// <param name="Name">One of <see cref="Stages"/>.</param>
/// <param name="State">Whether it was passed.</param>
/// <param name="Seconds">How long it took, once passed.</param>
internal sealed record StageView(string Name, StageState State, double? Seconds)
{
    public static IReadOnlyList<StageView> Of(CatalogEntry entry) =>
        [One(entry, Stages.Decode, entry.DecodeSeconds), One(entry, Stages.Index, entry.IndexSeconds)];

    private static StageView One(CatalogEntry entry, string name, double? seconds) =>
        new(name, entry.FailedStage == name ? StageState.Failed : seconds is null ? StageState.Waiting : StageState.Done, seconds);
}

/// <summary>Why a video cannot be found.</summary>
/// <param name="Stage">The stage that failed.</param>
/// <param name="Reason">One line for its user.</param>
internal sealed record FailureView(string Stage, string Reason);

/// <summary>A part of a video in the index.</summary>
/// <param name="Id">The segment.</param>
/// <param name="Start">Where it starts, in seconds.</param>
/// <param name="End">Where it ends, in seconds.</param>
internal sealed record SegmentView(SegmentId Id, double Start, double End);

/// <summary>Pictures of a whole video as one picture, row by row.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Count">Pictures in it.</param>
/// <param name="Columns">Pictures in a row.</param>
/// <param name="Width">Width of one in pixels.</param>
/// <param name="Height">Height of one in pixels.</param>
/// <param name="Interval">Seconds from one to the next; the first is the start's.</param>
internal sealed record PreviewView(string Url, int Count, int Columns, int Width, int Height, double Interval)
{
    public static PreviewView? Of(CatalogEntry entry) => entry.Duration is { } duration && Media.Strip.Of(duration) is var strip
        ? new(PictureEndpoints.PreviewOf(entry.Id), strip.Count, strip.Columns, strip.Width, strip.Height, strip.Interval)
        : null;
}
