using System.Text.Json;

namespace TcMgc.Client;

/// <summary>What an event tells.</summary>
public enum VideoEventKind
{
    /// <summary>From now on nothing is missed.</summary>
    Ready,

    /// <summary>Something happened to a video: <see cref="VideoEvent.Video"/>.</summary>
    Changed,

    /// <summary>
    /// A stage has come further with a video: <see cref="VideoEvent.Stage"/> and <see cref="VideoEvent.Percent"/>.
    /// </summary>
    Progress,

    /// <summary>A video was removed.</summary>
    Removed,
}

/// <summary>Something happened to a video.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Id">The video; empty where it is about none.</param>
public sealed record VideoEvent(VideoEventKind Kind, Guid Id)
{
    /// <summary>All that is known of a video that changed.</summary>
    public Video? Video { get; init; }

    /// <summary>The stage that has come further, <c>decode</c> or <c>index</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>How far, 0 to 100.</summary>
    public int Percent { get; init; }

    /// <summary>Null for kinds that this client does not know.</summary>
    internal static VideoEvent? Of(string kind, string data, JsonSerializerOptions json) => kind switch
    {
        "ready" => new(VideoEventKind.Ready, default),
        "video" when JsonSerializer.Deserialize<Video>(data, json) is { } video =>
            new(VideoEventKind.Changed, video.Id) { Video = video },
        "progress" when JsonSerializer.Deserialize<VideoProgress>(data, json) is { } progress =>
            new(VideoEventKind.Progress, progress.Id) { Stage = progress.Stage, Percent = progress.Percent },
        "removed" => new(VideoEventKind.Removed, JsonSerializer.Deserialize<Guid>(data, json)),
        _ => null,
    };
}
