using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;

namespace TcMgc.Ingest.Api;

/// <summary>A video as the answer to its upload tells of it.</summary>
/// <param name="Id">The video.</param>
/// <param name="Name">File name under which it is known.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Known">Whether the same content was there already.</param>
/// <param name="Url">Where its state is told.</param>
internal sealed record TakenView(VideoId Id, string Name, long Bytes, bool Known, string Url)
{
    /// <summary>Where a video's state is told.</summary>
    public static string UrlOf(VideoId video) => $"/api/videos/{video}";

    /// <summary>202 for a new video, which is being indexed; 200 for one that was there.</summary>
    public static Results<Accepted<TakenView>, Ok<TakenView>, ProblemHttpResult> Answer(TakenVideo taken)
    {
        var view = new TakenView(taken.Id, taken.Name, taken.Bytes, !taken.IsNew, UrlOf(taken.Id));
        return taken.IsNew ? TypedResults.Accepted(view.Url, view) : TypedResults.Ok(view);
    }
}
