using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Limits;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>
/// <c>GET /api/v1/events</c>: server-sent events, a <c>video</c> with all that is known of it whenever something happened to it,
/// a <c>removed</c> with its id, and from workers of this process a <c>progress</c> whenever a stage is a percent further. A
/// client that connects again asks for the list and misses nothing.
/// </summary>
internal static class ProgressEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/v1/events", Follow).Limit(Work.Follow)
        .WithName("followVideos").WithSummary("What happens to videos, as server-sent events.")
        .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");

    private static ServerSentEventsResult<object> Follow(CatalogChanges changes, CollectionCatalog own,
        IHostApplicationLifetime host, CancellationToken cancel) =>
        TypedResults.ServerSentEvents(EventsAsync(changes, own, host.ApplicationStopping, cancel));

    private static async IAsyncEnumerable<SseItem<object>> EventsAsync(
        CatalogChanges changes, CollectionCatalog own, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping,
            cancel); // A service that stops must not wait for its listeners.
        using var listener = changes.Listen();
        yield return new("", "ready");
        while (await listener.NextAsync(end.Token) is { } change)
            if (await own.GetAsync(change.Video, end.Token) is not { } entry)
                continue; // Of another collection.
            else if (change.Stage is { } stage)
                yield return new(new Client.VideoProgress(change.Video.Value, stage, change.Percent), "progress");
            else
                yield return entry.State == VideoState.Deleted ? new(entry.Id, "removed") : new(VideoViews.Of(entry), "video");
    }
}
