using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;

namespace TcMgc.Ingest.Api;

/// <summary>The answer to an upload.</summary>
internal static class UploadAnswer
{
    /// <summary>Where a video's state is shown.</summary>
    public static string UrlOf(VideoId video, CollectionId collection) => $"/api/v1/videos/{video}".In(collection);

    /// <summary>Tells the audit log whose a new video is.</summary>
    public static void Tell(AcceptedVideo video, HttpContext http, AuditLog audit)
    {
        if (video.IsNew)
            audit.Tell(http, AuditActions.Upload, video.Id.Value, video.Name);
    }

    /// <summary>
    /// Takes a video in: 202 for a new one, which is being indexed; 200 for a known one; 400 for an empty one. A new one is told
    /// to the audit log.
    /// </summary>
    public static async ValueTask<Results<Accepted<UploadedVideo>, Ok<UploadedVideo>, ProblemHttpResult>> AcceptAsync(
        VideoIntake intake, CollectionId collection, string? name, Stream content, HttpContext http, AuditLog audit,
        CancellationToken cancel)
    {
        try
        {
            var video = await intake.AcceptAsync(collection, name, content, cancel);
            Tell(video, http, audit);
            var uploaded = new UploadedVideo(video.Id.Value, video.Name, video.Bytes, !video.IsNew, UrlOf(video.Id, collection));
            return video.IsNew ? TypedResults.Accepted(uploaded.Url, uploaded) : TypedResults.Ok(uploaded);
        }
        catch (EmptyVideoException)
        {
            return Empty();
        }
    }

    /// <summary>The problem that a video has no bytes.</summary>
    public static ProblemHttpResult Empty() =>
        Problems.Of(StatusCodes.Status400BadRequest, "video-empty", new EmptyVideoException().Message);
}
