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
/// a <c>removed</c> with its id, and from workers of this process a <c>progress</c>: of each stage under way at first, then
/// whenever one is a percent further. A client that connects again asks for the list and misses nothing.
/// </summary>
internal static class ProgressEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/v1/events", Follow).Limit(Work.Follow)
        .WithName("followVideos").WithSummary("What happens to videos, as server-sent events.")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream");

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
        foreach (var change in changes.UnderWay)
            if (await ItemAsync(change, own, end.Token) is { } item)
                yield return item;
        while (await listener.NextAsync(end.Token) is { } change)
            if (await ItemAsync(change, own, end.Token) is { } item)
                yield return item;
    }

    /// <summary>What is told of a change; null where it is of another collection.</summary>
    private static async ValueTask<SseItem<object>?> ItemAsync(
        VideoChange change, CollectionCatalog own, CancellationToken cancel) =>
        await own.GetAsync(change.Video, cancel) is not { } entry ? null
        : change.Stage is { } stage ? new(new Client.VideoProgress(change.Video.Value, stage, change.Percent), "progress")
        : entry.State == VideoState.Deleted ? new(entry.Id, "removed")
        : new(VideoViews.Of(entry), "video");
}
