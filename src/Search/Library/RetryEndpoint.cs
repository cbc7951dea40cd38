using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary><c>POST /api/v1/videos/{id}/retry</c>: has a failed video processed again.</summary>
internal static class RetryEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/v1/videos/{id}/retry", RetryAsync)
        .RequireAuthorization(Scopes.Upload)
        .WithName("retryVideo").WithSummary("Process a failed video again; one that did not fail stays as it is.")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<Client.Video>, ProblemHttpResult>> RetryAsync(string id, HttpContext http,
        CollectionCatalog own, VideoRetry retry, AuditLog audit, CancellationToken cancel)
    {
        if (await own.FindAsync(id, cancel) is not { Id: var video } || await retry.RetryAsync(video, cancel) is not { } entry)
            return VideoEndpoints.NotFound(id);
        audit.Tell(http, AuditActions.Retry, video.Value);
        var view = VideoViews.Of(entry);
        EntityTags.Set(http, view);
        return TypedResults.Ok(view);
    }
}
