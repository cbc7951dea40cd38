using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;

namespace TcMgc.Ingest.Api;

/// <summary>A video in the answer to its upload.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name under which it is known.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Known">Whether the same content was known already.</param>
/// <param name="Url">Where its state is shown.</param>
internal sealed record AcceptedView(VideoId Id, string Name, long Bytes, bool Known, string Url)
{
    /// <summary>Where a video's state is shown.</summary>
    public static string UrlOf(VideoId video) => $"/api/videos/{video}";

    /// <summary>202 for a new video, which is being indexed; 200 for a known one.</summary>
    public static Results<Accepted<AcceptedView>, Ok<AcceptedView>, ProblemHttpResult> Answer(AcceptedVideo video)
    {
        var view = new AcceptedView(video.Id, video.Name, video.Bytes, !video.IsNew, UrlOf(video.Id));
        return video.IsNew ? TypedResults.Accepted(view.Url, view) : TypedResults.Ok(view);
    }
}
